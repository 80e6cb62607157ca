const { server } = require('./config.js');

/** WeChat takes no longer one (button, `session-from`). */
const longest = 1024;
/** A token is fetched anew so long before its end: it has to last until the visitor taps. */
const marginMs = 5 * 60 * 1000;

let known = { token: '', until: 0 };

/** Resolves with the token of the server; an empty one where it cannot be had: the chat works without. */
async function fetchToken(now = Date.now()) {
  if (known.until - marginMs > now) return known.token;
  try {
    const { code } = await call(wx.login, {});
    const { statusCode, data } = await call(wx.request, {
      url: `${server}/session-from`,
      method: 'POST',
      data: { code },
      timeout: 5000,
    });
    if (statusCode !== 200) return '';
    known = { token: data.token, until: now + data.lifeSec * 1000 };
    return known.token;
  } catch {
    return '';
  }
}

/** The text for the button: what the page says of itself (a claim), and what the server has signed. */
function writeSessionFrom(page, token) {
  const whole = JSON.stringify(token ? { ...page, signed: token } : page);
  if (whole.length <= longest) return whole;
  return token && token.length <= longest ? token : '';
}

function call(api, options) {
  return new Promise((success, fail) => api({ ...options, success, fail }));
}

module.exports = { fetchToken, writeSessionFrom };
