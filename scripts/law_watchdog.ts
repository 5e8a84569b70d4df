// deno-lint-ignore-file no-console
/**
 * A worker that ends the process of {@link file://./prove_loss.ts} if a script takes too long: SQLite holds the thread
 * of the law, so that nothing there could tell. Each message is the seed of the next script.
 */
const LONGEST_MS = 180_000;
let timer: ReturnType<typeof setTimeout> | undefined;

(globalThis as unknown as { onmessage: (event: MessageEvent<number>) => void }).onmessage = (
  { data: seed },
) => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    console.error(`HANGS  seed ${seed} has not ended after ${LONGEST_MS / 1_000} seconds`);
    Deno.kill(Deno.pid, "SIGKILL");
  }, LONGEST_MS);
};
