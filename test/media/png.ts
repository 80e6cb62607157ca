/** A picture of 3 by 2 pixels. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAD0lEQVR4nGNgQAX/GRgYAAYAAQHBbQ0iAAAAAElFTkSuQmCC',
  'base64',
);
