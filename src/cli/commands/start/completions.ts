import { AludelError } from "../../../errors.ts";
import { type Shell, SHELLS, shellScript } from "../../completion/shell_script.ts";
import { defineCommand } from "../../arguments/command.ts";
import { shell as typed } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "completions",
  description: [
    `Prints a script that lets a shell complete commands, flags, revisions with their messages, labels and databases: for ${
      SHELLS.join(", ")
    }. Save it where your shell looks for such scripts (you may have to create the folder), and start a new shell.`,
    "It asks this program for the words each time, so it stays correct if the project or the release changes. It opens no database.",
  ],
  flags: {},
  positional: [{ name: "SHELL", help: `one of ${SHELLS.join(", ")}` }],
  examples: [
    {
      command: "aludel completions bash > ~/.local/share/bash-completion/completions/aludel",
      says: "for Bash with the package bash-completion; else source it in ~/.bashrc",
    },
    {
      command: "aludel completions zsh > ~/.zfunc/_aludel",
      says: "with fpath+=~/.zfunc before compinit in ~/.zshrc",
    },
    {
      command: "aludel completions fish > ~/.config/fish/completions/aludel.fish",
      says: "for fish",
    },
    {
      command: "aludel completions powershell >> $PROFILE",
      says: "for PowerShell",
    },
  ],
  run({ ui }, _flags, [shell = ""]) {
    if (!isShell(shell)) {
      throw new AludelError("usage", `There are no completions for "${shell}"`, {
        notes: [`The shells are ${SHELLS.join(", ")}`],
        next: [typed`aludel completions bash`],
      });
    }
    const script = shellScript(shell);
    ui.json({ shell, script });
    ui.script(script.trimEnd());
    return Promise.resolve();
  },
});

function isShell(word: string): word is Shell {
  return (SHELLS as readonly string[]).includes(word);
}
