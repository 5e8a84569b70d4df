import { COMPLETE_COMMAND } from "../commands.ts";

/** The shells with completions. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** One of {@linkcode SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/**
 * The script that makes a shell's Tab key call {@linkcode COMPLETE_COMMAND}.
 *
 * It passes the words up to the cursor and reads candidates: `WORD<TAB>DESCRIPTION` a line, and `:files` or
 * `:folders` if paths are possible too.
 */
export function shellScript(shell: Shell): string {
  return SCRIPTS[shell];
}

// Bash also splits words at ":", "=" and "@", so the line is split here, and the part of a word up to its last such
// character is removed from the candidates again. Descriptions are shown only if Bash lists candidates, not if it
// inserts them: COMP_TYPE 37 and 42 are menu-complete and insert-completions.
const BASH = `_aludel() {
  local line=\${COMP_LINE:0:COMP_POINT} current value text paths= width=0 i
  local -a words values=() texts=()
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=\${words[\${#words[@]} - 1]}
  while IFS=$'\\t' read -r value text; do
    case $value in
      :files | :folders) paths=$value ;;
      *)
        values+=("$value")
        texts+=("$text")
        ((\${#value} > width)) && width=\${#value}
        ;;
    esac
  done < <("\${words[0]}" ${COMPLETE_COMMAND} -- "\${words[@]:1}" 2>/dev/null)
  local tail=$current before=
  for i in : = @; do
    [[ $COMP_WORDBREAKS == *"$i"* && $tail == *"$i"* ]] && tail=\${tail##*"$i"}
  done
  before=\${current%"$tail"}
  COMPREPLY=()
  for i in "\${!values[@]}"; do
    value=\${values[i]#"$before"}
    if [[ -n \${texts[i]} && \${#values[@]} -gt 1 && $COMP_TYPE != 37 && $COMP_TYPE != 42 ]]; then
      printf -v value "%-\${width}s  (%s)" "$value" "\${texts[i]}"
    fi
    COMPREPLY+=("$value")
  done
  if [[ -n $paths ]]; then
    local kind=-f
    [[ $paths == :folders ]] && kind=-d
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen "$kind" -- "$tail")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _aludel aludel
`;

const ZSH = `#compdef aludel
_aludel() {
  local line paths=
  local -a candidates
  for line in "\${(@f)$("\${(Q)words[1]}" ${COMPLETE_COMMAND} -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files | :folders) paths=$line ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  local found=1
  if (($#candidates)); then
    _describe -V aludel candidates && found=0
  fi
  case $paths in
    :files) _files && found=0 ;;
    :folders) _files -/ && found=0 ;;
  esac
  return found
}
if [[ $funcstack[1] == _aludel ]]; then
  _aludel "$@"
else
  compdef _aludel aludel
fi
`;

const FISH = `function __aludel_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] ${COMPLETE_COMMAND} -- $words[2..] 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :folders
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c aludel -f -k -a '(__aludel_complete)'
`;

// The word being typed may end before the command's last element does.
const POWERSHELL = `Register-ArgumentCompleter -Native -CommandName aludel -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements |
    Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
    ForEach-Object { $_.ToString() })
  $given = @($words | Select-Object -Skip 1)
  if ($wordToComplete -eq '') { $given += '' }
  & $words[0] ${COMPLETE_COMMAND} '--' @given 2>$null | ForEach-Object {
    $value, $text = $_ -split "\`t", 2
    if ($value -notin ':files', ':folders') {
      if (-not $text) { $text = $value }
      [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
  }
}
`;

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
