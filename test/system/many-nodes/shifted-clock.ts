/** Loaded before a server: its wall clock is off by the milliseconds of `CLOCK_SHIFT_MS`. */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS']);
const now = Date.now;
Date.now = () => now() + shiftMs;
