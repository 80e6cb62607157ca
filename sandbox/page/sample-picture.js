import { clock } from './times.js';

/**
 * A small picture that is different each time, so that one can tell two of them apart.
 *
 * @param {import('./api.js').Side} side
 * @returns {Promise<Blob>} a PNG
 */
export async function drawSample(side) {
  const canvas = new OffscreenCanvas(320, 200);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('expected a canvas to draw on, got none');
  const hue = Math.floor(Math.random() * 360);
  const sky = context.createLinearGradient(0, 0, 0, 200);
  sky.addColorStop(0, `hsl(${hue} 70% 78%)`);
  sky.addColorStop(1, `hsl(${(hue + 40) % 360} 70% 92%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, 320, 200);
  drawHill(context, `hsl(${(hue + 120) % 360} 35% 55%)`, 130);
  drawHill(context, `hsl(${(hue + 150) % 360} 40% 40%)`, 160);
  context.fillStyle = '#ffffffdd';
  context.beginPath();
  context.arc(side === 'visitors' ? 250 : 70, 55, 24, 0, 2 * Math.PI);
  context.fill();
  context.font = '600 20px sans-serif';
  context.fillText(clock(Date.now()), 16, 186);
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {string} color
 * @param {number} top
 */
function drawHill(context, color, top) {
  const bend = 40 + Math.random() * 60;
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(0, top + 10);
  context.bezierCurveTo(90, top - bend, 180, top + bend, 320, top - 20);
  context.lineTo(320, 200);
  context.lineTo(0, 200);
  context.fill();
}
