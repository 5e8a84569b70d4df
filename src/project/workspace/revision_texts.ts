import { digest } from "../../digest.ts";
import { AludelError } from "../../errors.ts";
import type {
  ActualHashes,
  CanonicalTexts,
  ManifestRevision,
  TextHash,
} from "../../manifest/manifest.ts";
import { judgeFiles, type TextHashes, type Verdict } from "../../manifest/verdict.ts";
import { decodeCanonicalText } from "../../sql/canonical_text.ts";
import { say, shell } from "../../text/next_step.ts";
import type { RevisionFiles } from "./revision_files.ts";

/** An SQL file of a revision: its name for messages, its canonical text and its hash. */
export interface RevisionText {
  readonly file: string;
  readonly text: string;
  readonly hash: TextHash;
}

/** The two scripts in a revision's folder; null if there is no such file. */
export interface RevisionTextPair {
  readonly up: RevisionText | null;
  readonly down: RevisionText | null;
}

/**
 * Reads, decodes and hashes one SQL file.
 *
 * @param path Relative to the migrations folder.
 * @returns null if there is no such file.
 * @throws {AludelError} `sql-encoding`, `sql-nul`, or an error of the area `file`.
 */
export function readRevisionText(files: RevisionFiles, path: string): RevisionText | null {
  const bytes = files.read(path);
  if (bytes === null) return null;
  const file = `${files.name}/${path}`;
  const text = decodeCanonicalText(file, bytes);
  return { file, text, hash: digest(text) };
}

/**
 * Reads the scripts in a folder, whether or not the manifest has a line for it.
 * @throws {AludelError} As {@linkcode readRevisionText}.
 */
export function readTextPair(files: RevisionFiles, dir: string): RevisionTextPair {
  return {
    up: readRevisionText(files, `${dir}/up.sql`),
    down: readRevisionText(files, `${dir}/down.sql`),
  };
}

/** The hashes of a pair for a lineage; undefined without an up. */
export function textHashes({ up, down }: RevisionTextPair): TextHashes | undefined {
  return up === null ? undefined : { up: up.hash, down: down?.hash ?? "none" };
}

/** A revision's scripts in its folder, with methods that compare them with the sealed texts and with those that ran. */
export class RevisionTexts implements RevisionTextPair {
  readonly entry: ManifestRevision;
  readonly up: RevisionText | null;
  readonly down: RevisionText | null;
  /** The path of the revision's folder for messages. */
  readonly #path: string;

  /** @throws {AludelError} As {@linkcode readRevisionText}. */
  constructor(files: RevisionFiles, entry: ManifestRevision) {
    const { up, down } = readTextPair(files, entry.dir);
    this.entry = entry;
    this.up = up;
    this.down = down;
    this.#path = `${files.name}/${entry.dir}`;
  }

  /** The hashes for a lineage; undefined without an up. */
  get hashes(): TextHashes | undefined {
    return textHashes(this);
  }

  /** The hash of each file. */
  get fileHashes(): ActualHashes {
    return { up: this.up?.hash ?? null, down: this.down?.hash ?? null };
  }

  /** The canonical texts. */
  get texts(): CanonicalTexts {
    return { up: this.up?.text ?? null, down: this.down?.text ?? null };
  }

  /**
   * Compares the files with the revision's line in the manifest.
   * @param sealed Finds the sealed texts; called only for an edited revision, to find how it was edited.
   */
  judge(sealed: () => CanonicalTexts | undefined = () => undefined): Verdict {
    return judgeFiles(this.entry, this.fileHashes, { actual: () => this.texts, sealed });
  }

  /**
   * Returns the files of a draft, or of a sealed revision that was not edited.
   * @throws {AludelError} `revision-file-missing`, `revision-edited`, `revision-edited-cosmetic`.
   */
  requireIntact(
    sealed?: () => CanonicalTexts | undefined,
  ): { readonly up: RevisionText; readonly down: RevisionText | null } {
    const error = this.errorFor(this.judge(sealed));
    if (error) throw error;
    return { up: this.up!, down: this.down };
  }

  /**
   * The error for an applied revision whose files are not the sealed ones; undefined if they are, so that only the
   * database's record differs.
   *
   * @param applied The hashes that the database recorded, and the texts that it stored with them.
   */
  editError(
    { hashes, texts }: {
      readonly hashes: TextHashes;
      readonly texts: CanonicalTexts | undefined;
    },
  ): AludelError | undefined {
    const { up, down } = this.entry;
    const ranAsSealed = hashes.up === up && hashes.down === down;
    return this.errorFor(this.judge(() => ranAsSealed ? texts : undefined));
  }

  /** The error for a verdict; undefined for a draft or unchanged files. */
  errorFor(verdict: Verdict): AludelError | undefined {
    const { id, up } = this.entry;
    const path = this.#path;
    switch (verdict.kind) {
      case "draft":
      case "sealed":
      case "was":
        return undefined;
      case "missing":
        return new AludelError(
          "revision-file-missing",
          `Revision "${id}" has no ${verdict.file}.sql`,
          {
            revision: id,
            place: { file: `${path}/${verdict.file}.sql` },
            next: [
              shell`git checkout -- ${path}`,
              shell`aludel verify --fix # write again what the database stored`,
              ...up === null ? [shell`aludel drop ${id} # give up the draft`] : [],
            ],
          },
        );
      case "unexpected":
        return new AludelError(
          "revision-edited",
          `Revision "${id}" was sealed without a down.sql and has one now`,
          {
            revision: id,
            place: { file: `${path}/${verdict.file}.sql` },
            next: [shell`aludel seal --force ${id}`, say(`Or remove "${path}/down.sql"`)],
          },
        );
      case "edited":
        return editedError(id, verdict, path);
    }
  }
}

function editedError(
  id: string,
  { files, change }: Verdict & { readonly kind: "edited" },
  path: string,
): AludelError {
  const names = files.map((file) => `${file}.sql`).join(" and ");
  const facts = { revision: id, place: { file: `${path}/${files[0]}.sql` } };
  if (change === "cosmetic") {
    return new AludelError(
      "revision-edited-cosmetic",
      `Sealed revision "${id}" was edited: ${names} differs in white space and comments only`,
      { ...facts, next: [shell`aludel seal --cosmetic ${id}`] },
    );
  }
  return new AludelError(
    "revision-edited",
    `Sealed revision "${id}" was edited: ${names} differs`,
    {
      ...facts,
      notes: change === "unknown"
        ? ["The sealed text was not found, so the edit may or may not be cosmetic"]
        : [],
      next: [
        shell`git checkout -- ${path} # get the sealed text back`,
        shell`aludel revision -m MESSAGE # make the change in a new revision`,
        shell`aludel seal --force ${id} # sign the edited text, although databases may have run the old one`,
      ],
    },
  );
}

/** Returns the texts of a revision. */
export type TextsOf = (entry: ManifestRevision) => RevisionTexts;

/** Reads the texts of revisions on demand, each once. */
export function textReader(files: RevisionFiles): TextsOf {
  const known = new Map<string, RevisionTexts>();
  return (entry) => {
    let texts = known.get(entry.id);
    if (texts === undefined) known.set(entry.id, texts = new RevisionTexts(files, entry));
    return texts;
  };
}
