// Waiting for conditions, never for time.
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks `condition` until it gives `true`. Anything else it gives, or throws, is told when the cap is reached.
 */
export async function until(what, condition, { cap = 60_000, every = 100 } = {}) {
  const end = Date.now() + cap;
  for (;;) {
    let last;
    try {
      last = await condition();
      if (last === true) return;
    } catch (error) {
      if (error.fatal) throw error;
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${cap / 1000} s: ${what} (${last?.message ?? JSON.stringify(last)})`);
    await delay(every);
  }
}
