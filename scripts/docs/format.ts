import { fileURLToPath } from "node:url";

/** Formats a generated text as `deno fmt` does. */
export async function formatGenerated(
  text: string,
  extension: "md" | "json" | "ts",
): Promise<string> {
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--config", config, "--ext", extension, "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`deno fmt refuses the generated ${extension}`);
  return new TextDecoder().decode(stdout);
}
