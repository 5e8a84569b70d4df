import { host } from "../host/mod.ts";
import { makeCacheFolder, writeAtomically } from "../project/workspace/files.ts";
import type { ProofAnswer } from "./proof_task.ts";

/** Counts up when answers change their shape or what is proven; other numbers are passed over. */
const FORMAT = 4;

/** So many answers are kept, the newest ones. */
const KEPT = 20_000;

interface Stored {
  readonly format: number;
  readonly answers: readonly (readonly [key: string, answer: ProofAnswer])[];
}

/**
 * Answers of earlier proofs, in a file that can be deleted at any time. A key names all that the answer depends on, so
 * that nothing in it is ever out of date. Whatever goes wrong with the file, things are proven again.
 */
export class ProofCache {
  readonly #root: string;
  readonly #path: string;
  readonly #answers: Map<string, ProofAnswer>;
  #isChanged = false;

  /** @param root The folder `.aludel` beside the settings. */
  constructor(root: string) {
    this.#root = root;
    this.#path = `${root}/proofs.json`;
    this.#answers = new Map(this.#read());
  }

  get(key: string): ProofAnswer | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: ProofAnswer): void {
    this.#answers.set(key, answer);
    this.#isChanged = true;
  }

  /** Writes what is new. */
  save(): void {
    if (!this.#isChanged) return;
    try {
      makeCacheFolder(this.#root, this.#root);
      // Another process may have written meanwhile.
      const answers = [...new Map([...this.#read(), ...this.#answers])].slice(-KEPT);
      const stored: Stored = { format: FORMAT, answers };
      writeAtomically(this.#path, JSON.stringify(stored));
    } catch {
      // A folder that cannot be written to costs time and nothing else.
    }
  }

  #read(): Stored["answers"] {
    try {
      const stored = JSON.parse(host.files.readText(this.#path)) as Stored;
      return stored.format === FORMAT ? stored.answers : [];
    } catch {
      return [];
    }
  }
}
