import { itemName } from "./item-name.ts";
import type { ItemRef, ItemStore, ItemWrite } from "./store.ts";

interface Waiting<Ask, Answer> {
  readonly ask: Ask;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A store that gathers what is asked of it in one turn of the event loop and asks the store behind it once: all writes
 * in one `write`, all reads in one `read`. Every caller gets the answers to what it asked, as if it had been alone. Nothing
 * waits longer than the turn: a heartbeat is never held up by another's slow call.
 */
export function packedStore(store: ItemStore): ItemStore {
  const write = gather((asked: readonly (readonly ItemWrite[])[]) => answerParts(asked, (all) => store.write(all)));
  const read = gather((asked: readonly (readonly ItemRef[])[]) => answerParts(asked, (all) => store.read(all)));
  return {
    write: async (batch) => write(named(batch)),
    read: async (refs) => read(named(refs)),
  };
}

/** A request without a key fails alone, before it is packed with others. */
function named<Ref extends ItemRef>(refs: readonly Ref[]): readonly Ref[] {
  for (const ref of refs) itemName(ref);
  return refs;
}

/** Collects the questions of one turn and answers them together. */
function gather<Ask, Answer>(
  answerAll: (asked: readonly Ask[]) => Promise<readonly Answer[]>,
): (ask: Ask) => Promise<Answer> {
  let waiting: Waiting<Ask, Answer>[] = [];

  async function flush(): Promise<void> {
    const flushed = waiting;
    waiting = [];
    try {
      const answers = await answerAll(flushed.map(({ ask }) => ask));
      for (const [at, answer] of answers.entries()) flushed[at]?.resolve(answer);
    } catch (error) {
      for (const { reject } of flushed) reject(error);
    }
  }

  return (ask) =>
    new Promise((resolve, reject) => {
      waiting.push({ ask, resolve, reject });
      if (waiting.length === 1) setImmediate(() => void flush());
    });
}

/** Puts lists of questions together into one and takes the list of answers apart again. */
async function answerParts<Ask, Answer>(
  asked: readonly (readonly Ask[])[],
  answer: (all: readonly Ask[]) => Promise<readonly Answer[]>,
): Promise<readonly (readonly Answer[])[]> {
  const answers = await answer(asked.flat());
  let from = 0;
  return asked.map((part) => answers.slice(from, (from += part.length)));
}
