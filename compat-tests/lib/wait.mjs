// Waiting for conditions, never for time.
import { setTimeout as delay } from 'node:timers/promises';

/** How long a program may take to start or end, and a condition to come closer, before a test gives up. A busy machine is no failure. */
export const PATIENCE = 180_000;

/**
 * Asks `condition` until it gives `true`. Anything else it gives, or throws, says how far it is: it may take as long as it likes while
 * that changes, and is told when nothing has changed for `cap`.
 */
export async function until(what, condition, { cap = PATIENCE, every = 100 } = {}) {
  let end = Date.now() + cap;
  let before;
  for (;;) {
    let last;
    try {
      last = await condition();
      if (last === true) return;
    } catch (error) {
      if (error.fatal) throw error;
      last = error;
    }
    const seen = last?.message ?? JSON.stringify(last);
    if (seen !== before) end = Date.now() + cap;
    before = seen;
    if (Date.now() > end) throw new Error(`nothing has changed for ${cap / 1000} s: ${what} (${seen})`);
    await delay(every);
  }
}
