import { BEFORE, type HookState, isInstalled, readHookSetup } from "../../../git/hook.ts";
import { hasAttribute } from "../../../git/repository.ts";
import { defineCommand } from "../../arguments/command.ts";
import { requireProject } from "../../../project/workspace/project.ts";
import { Session } from "../../session/session.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "hook status",
  description: [
    "Shows for each hook whether it checks this project, and whether git merges the manifest with Aludel's driver. Exits 3 unless everything is installed.",
  ],
  flags: {},
  positional: [],
  examples: [{ command: "aludel hook status", says: "shows what is installed" }],
  async run(context, flags) {
    const { ui } = context;
    const { project } = new Session(context, flags);
    requireProject(project);
    const setup = await readHookSetup(project);
    const installed = isInstalled(setup);
    const merges = setup.driver !== undefined && hasAttribute(setup.attributes, setup.attribute);
    ui.json({
      clean: installed,
      hooks: setup.hooks.map((hook) => ({
        ...hook,
        verifies: hook.checks.includes(setup.config),
      })),
      mergeDriver: merges,
    });
    for (const hook of setup.hooks) {
      ui.data(`${hook.name.padEnd(18)}${hookText(hook, setup.config)}`);
      ui.data(`${" ".repeat(18)}${ui.style.dim(hook.path)}`);
    }
    ui.data(`${"merge driver".padEnd(18)}${merges ? "registered" : "not registered"}`);
    if (installed) return 0;
    ui.hint(shell`aludel hook install`);
    return 3;
  },
});

function hookText(hook: HookState, config: string): string {
  const verifies = hook.checks.includes(config);
  if (hook.kind === "none") return "not installed";
  if (hook.kind === "other") return "not installed: there is another program's hook";
  const others = hook.checks.length - (verifies ? 1 : 0);
  return [
    verifies ? "verifies" : "does not check this project",
    ...(others > 0 ? [`checks ${others} other ${others === 1 ? "project" : "projects"}`] : []),
    ...(hook.chained ? [`runs ${hook.name}${BEFORE} first`] : []),
  ].join("; ");
}
