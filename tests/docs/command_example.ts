import type { SceneName } from "./example_scene.ts";

/** What must come of an example of a command's help. */
export interface ExampleClaim {
  readonly scene: SceneName;
  /** Shell commands that must have been typed before. */
  readonly before?: string;
  /** 0 unless said otherwise; never 2 or 70. */
  readonly exit?: number;
  /** What the example prints, talk and answer. */
  readonly prints?: RegExp | readonly RegExp[];
  /** A shell command that must succeed afterwards, for examples that change something. */
  readonly then?: string;
  /** What that prints. */
  readonly thenPrints?: RegExp | readonly RegExp[];
}

const APPLIED = "sqlite3 app.db 'SELECT id FROM aludel_revision ORDER BY position'";

/** Every example of every command, by its command line, with what it says held to what it does. */
export const EXAMPLE_CLAIMS: Readonly<Record<string, ExampleClaim>> = {
  "aludel init": {
    scene: "an empty folder",
    then: "cat aludel.json migrations/manifest.json .gitattributes",
    thenPrints: /"database"[\s\S]*"format":1[\s\S]*merge=union/,
  },
  "aludel init shop": {
    scene: "an empty folder",
    then: "cat shop/migrations/manifest.json",
    thenPrints: /"format":1/,
  },
  "aludel init --from app.db": {
    scene: "a database without a project",
    then: "aludel current && cat schema.sql",
    thenPrints: /\(head\), baseline\n[\s\S]*CREATE TABLE users/,
  },
  "aludel export goose --out db/migrations": {
    scene: "a project",
    then: "cat db/migrations/*create_roles.sql",
    thenPrints: /-- \+goose Up\n[\s\S]*CREATE TABLE roles[\s\S]*-- \+goose Down\n/,
  },
  "aludel export sql 3f9c: --out new": {
    scene: "a project",
    prints: /create_roles\.up\.sql[^]*They continue from ae10c2d94b71/,
    then: "ls new",
    thenPrints: /add_ages/,
  },
  "aludel export embed --out app/migrations.ts": {
    scene: "a project",
    prints: /1 draft is in it/,
    then: "cat app/migrations.ts",
    thenPrints: /export const migrations = \{\n {2}"manifest.json": `\{"format":1/,
  },
  "aludel import": {
    scene: "a project of another tool",
    prints: /Taken over: 3 revisions of dbmate, 2 recorded as applied/,
    then: "aludel current && cat schema.sql",
    thenPrints: /^20240201120000[\s\S]*likes INTEGER/,
  },
  "aludel import --dry-run": {
    scene: "a project of another tool",
    prints: [/pending +20240301120000/, /Nothing was written: this would take over 3 revisions/],
    then: "test ! -e aludel.json",
  },
  "aludel import dbmate -d app.db": {
    scene: "a project of another tool",
    prints: /applied +20240201120000 {2}create posts/,
    then: "aludel upgrade head && aludel verify",
  },
  "aludel import --steps 'ls steps' --replay 'sh step.sh {rev} {database}'": {
    scene: "an empty folder",
    before:
      "mkdir steps && echo 'CREATE TABLE users (id INTEGER PRIMARY KEY);' | tee steps/one && " +
      `echo 'sqlite3 "$2" "CREATE TABLE done AS SELECT '"'"'$1'"'"' AS step" ".read steps/$1"' | tee step.sh`,
    prints: /pending +one/,
    then: "cat schema.sql",
    thenPrints: /CREATE TABLE users/,
  },
  "aludel import --baseline -d app.db": {
    scene: "a database without a project",
    then: "aludel current && cat schema.sql",
    thenPrints: /\(head\), baseline\n[\s\S]*CREATE TABLE users/,
  },
  "aludel completions bash > ~/.local/share/bash-completion/completions/aludel": {
    scene: "an empty folder",
    before: "mkdir -p ~/.local/share/bash-completion/completions",
    then: "cat ~/.local/share/bash-completion/completions/aludel",
    thenPrints: /complete .*aludel/,
  },
  "aludel completions zsh > ~/.zfunc/_aludel": {
    scene: "an empty folder",
    before: "mkdir -p ~/.zfunc",
    then: "cat ~/.zfunc/_aludel",
    thenPrints: /^#compdef aludel/,
  },
  "aludel completions fish > ~/.config/fish/completions/aludel.fish": {
    scene: "an empty folder",
    then: "cat ~/.config/fish/completions/aludel.fish",
    thenPrints: /complete .*aludel/,
  },
  "aludel completions powershell >> $PROFILE": {
    scene: "an empty folder",
    before: "PROFILE=profile.ps1",
    then: "cat profile.ps1",
    thenPrints: /Register-ArgumentCompleter/,
  },

  "aludel dev --once": {
    scene: "a project",
    before: "aludel upgrade heads",
    prints: /create table events[^]*has the schema of schema\.sql/,
    then: "sqlite3 app.db .tables",
    thenPrints: /events/,
  },
  "aludel dev --stop": {
    scene: "a project",
    before: "aludel upgrade heads && aludel dev --once",
    prints: /drop table events[^]*has the schema of its revisions/,
    then: "aludel verify --drift",
    thenPrints: /everything matches/,
  },
  'aludel revision --autogenerate -m "add users"': {
    scene: "a project",
    then: "cat migrations/*_add_users/up.sql",
    thenPrints: /^CREATE TABLE (?:"events"|events)/m,
  },
  "aludel revision --autogenerate --amend": {
    scene: "a project",
    before:
      "aludel drop head && aludel revision --autogenerate -m events && echo 'CREATE TABLE more (x);' | tee -a schema.sql",
    prints: /_events\/up\.sql[\s\S]*is written again/,
    then: "cat migrations/*_events/up.sql",
    thenPrints: /CREATE TABLE more/,
  },
  'aludel revision -m "create events table"': {
    scene: "a project",
    then: "aludel show head",
    thenPrints: /Parent: +77aa0b1c2d3e[\s\S]*create events table/,
  },
  'aludel revision -m "start billing" --head base --branch-label billing': {
    scene: "a project",
    then: "aludel show billing",
    thenPrints: /\(billing\)[\s\S]*Parent: +<base>[\s\S]*start billing/,
  },
  'aludel revision -m "fix index" --head 3f9c --splice': {
    scene: "a project",
    then: "aludel branches",
    thenPrints: [/^3f9c1a2b4d5e/m, /77aa0b1c2d3e/, /fix index/],
  },
  'aludel merge heads -m "join billing and events"': {
    scene: "a project with three heads",
    then: "aludel show head",
    thenPrints: /3f9c1a2b4d5e, 77aa0b1c2d3e, be11d0e1f2a3[\s\S]*join billing and events/,
  },
  "aludel merge 3f9c 77aa": {
    scene: "a project with three heads",
    then: "aludel heads -q",
    thenPrints: /^(?=[\s\S]*^be11)(?=[\s\S]*\(mergepoint\))(?![\s\S]*^(?:3f9c|77aa))/m,
  },
  "aludel edit head": {
    scene: "a project",
    before: "export EDITOR='ls -1'",
    prints: /77aa0b1c2d3e_add_ages\/up\.sql/,
  },
  "aludel drop head": {
    scene: "a project",
    prints: /dropped +77aa0b1c2d3e +add ages/,
    then: "aludel heads && ls migrations && aludel verify",
    thenPrints: /^3f9c1a2b4d5e/,
  },
  "aludel drop 77aa": {
    scene: "an upgraded project",
    prints: [/downgrade +77aa0b1c2d3e/, /dropped +77aa0b1c2d3e/],
    then: "aludel current",
    thenPrints: /^3f9c1a2b4d5e/,
  },
  "aludel rebase 77aa --onto be11": {
    scene: "a project with three heads",
    prints: /moved +77aa0b1c2d3e[\s\S]*on top of be11d0e1f2a3/,
    then: "aludel show 77aa",
    thenPrints: /Parent: +be11d0e1f2a3/,
  },
  "aludel squash :3f9c": {
    scene: "a clone",
    prints: /replaces 2 revisions/,
    then:
      "aludel upgrade && git add --all . && git commit -q -m squash && aludel verify && aludel heads",
    thenPrints: /^77aa0b1c2d3e/m,
  },
  "aludel squash ae10:3f9c --archive old-migrations": {
    scene: "a project",
    then: "ls old-migrations && aludel upgrade && aludel verify",
    thenPrints: [/_ae10c2d94b71_/, /_3f9c1a2b4d5e_/],
  },
  "aludel squash :3f9c --dry-run": {
    scene: "a project",
    prints: [/CREATE TABLE users/, /INSERT INTO/],
    then: "ls migrations",
    thenPrints: /_ae10c2d94b71_/,
  },
  "aludel seal": {
    scene: "a project",
    prints: /sealed +77aa0b1c2d3e/,
    then: "aludel verify",
  },
  "aludel seal --cosmetic": {
    scene: "a clone",
    before: "echo '-- years' | tee -a migrations/*_add_ages/up.sql",
    prints: /resealed +77aa0b1c2d3e/,
    then: "aludel verify",
  },
  "aludel seal --force 3f9c": {
    scene: "a clone",
    before: "echo 'SELECT 1;' | tee -a migrations/*_create_roles/up.sql",
    prints: /resealed +3f9c1a2b4d5e/,
    then: "aludel verify",
  },

  "aludel upgrade": {
    scene: "a project",
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n77aa0b1c2d3e\n$/,
  },
  "aludel upgrade +1": {
    scene: "a project",
    before: "aludel downgrade ae10 -q",
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n$/,
  },
  "aludel upgrade head --dry-run": {
    scene: "a project",
    prints: /upgrade +77aa0b1c2d3e[\s\S]*Nothing was changed/,
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n$/,
  },
  "aludel upgrade base:head --sql": {
    scene: "a project",
    prints: /^\.bail on$[\s\S]*CREATE TABLE roles/m,
    then: "aludel upgrade base:head --sql -q | sqlite3 new.db >/dev/null; aludel current -d new.db",
    thenPrints: /^77aa0b1c2d3e/m,
  },
  "aludel downgrade -1": {
    scene: "an upgraded project",
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n$/,
  },
  "aludel downgrade 3f9c": {
    scene: "an upgraded project",
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n$/,
  },
  "aludel downgrade base --dry-run": {
    scene: "an upgraded project",
    prints: /77aa0b1c2d3e[\s\S]*3f9c1a2b4d5e[\s\S]*ae10c2d94b71[\s\S]*Nothing was changed/,
    then: "aludel current",
    thenPrints: /^77aa0b1c2d3e/,
  },
  "aludel redo": {
    scene: "an upgraded project",
    prints: /downgrade +77aa0b1c2d3e[\s\S]*upgrade +77aa0b1c2d3e/,
    then: "aludel current",
    thenPrints: /^77aa0b1c2d3e/,
  },
  "aludel redo 3f9c": {
    scene: "an upgraded project",
    prints:
      /downgrade +77aa0b1c2d3e[\s\S]*downgrade +3f9c1a2b4d5e[\s\S]*upgrade +3f9c1a2b4d5e[\s\S]*upgrade +77aa0b1c2d3e/,
  },
  "aludel protect -d production --no-drafts --no-loss --no-downgrade": {
    scene: "a project",
    prints: /^no-downgrade\nno-drafts\nno-loss$/m,
    then: "! aludel upgrade -d production",
    thenPrints: /policy-no-drafts/,
  },
  "aludel protect -d production --no-loss --off": {
    scene: "a project",
    before: "aludel protect -d production --no-loss --no-drafts",
    prints: /^no-drafts$/m,
  },
  "aludel protect": {
    scene: "a project",
    before: "aludel protect --no-downgrade",
    prints: /^no-downgrade$/m,
  },
  "aludel stamp head": {
    scene: "a project",
    then: `${APPLIED} && sqlite3 app.db "SELECT count(*) FROM pragma_table_info('users')"`,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n77aa0b1c2d3e\n2\n$/,
  },
  "aludel stamp base": { scene: "a project", then: APPLIED, thenPrints: /^$/ },
  "aludel stamp base:head --sql": {
    scene: "a project",
    prints: /^\.bail on$/m,
    then: "aludel stamp base:head --sql -q | sqlite3 new.db > /dev/null; " +
      "aludel current -d new.db; sqlite3 new.db 'SELECT DISTINCT kind FROM aludel_revision'",
    thenPrints: /^77aa0b1c2d3e[\s\S]*\nstamped\n$/,
  },
  "aludel stamp --purge 3f9c": {
    scene: "an upgraded project",
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n$/,
  },
  'aludel backup -m "before the big import"': {
    scene: "a project",
    then: "aludel backup list",
    thenPrints: /before the big import/,
  },
  "aludel backup list": {
    scene: "a project with a restore point",
    prints: /2026-11-23_101500[\s\S]*before the accident/,
  },
  "aludel restore": {
    scene: "a project with a restore point",
    then: "sqlite3 app.db 'SELECT email FROM users'",
    thenPrints: /^a@example\.org\n$/,
  },
  "aludel restore --dry-run": {
    scene: "a project with a restore point",
    prints: /users: 0 now, 1 then/,
    then: "sqlite3 app.db 'SELECT count(*) FROM users'",
    thenPrints: /^0\n$/,
  },
  "aludel restore --rows --dry-run": {
    scene: "a project whose last run took a row",
    prints: /users: 1 inserted/,
    then: "sqlite3 app.db 'SELECT count(*) FROM users'",
    thenPrints: /^0\n$/,
  },
  "aludel restore 2026-11-23_1015": {
    scene: "a project with a restore point",
    before: "aludel backup -q",
    then: "sqlite3 app.db 'SELECT email FROM users'",
    thenPrints: /^a@example\.org\n$/,
  },
  "aludel switch": {
    scene: "another branch is checked out",
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\nbe11d0e1f2a3\n$/,
  },
  "aludel switch --dry-run": {
    scene: "another branch is checked out",
    prints: /downgrade +77aa0b1c2d3e[\s\S]*upgrade +be11d0e1f2a3[\s\S]*Nothing was changed/,
    then: APPLIED,
    thenPrints: /77aa0b1c2d3e\n$/,
  },
  "aludel switch 3f9c": {
    scene: "another branch is checked out",
    then: APPLIED,
    thenPrints: /^ae10c2d94b71\n3f9c1a2b4d5e\n$/,
  },

  "aludel current": { scene: "a project", prints: /^3f9c1a2b4d5e, create roles\n$/ },
  "aludel current --check-heads": { scene: "a project", exit: 3, prints: /77aa0b1c2d3e/ },
  "aludel status": { scene: "a project", exit: 3, prints: /^Pending +77aa0b1c2d3e/m },
  "aludel status -d production": {
    scene: "a project",
    exit: 3,
    prints: /^Database +production\n[\s\S]*^Pending +2 revisions\n +3f9c1a2b4d5e/m,
  },
  "aludel history": {
    scene: "a project",
    prints: /^3f9c.*-> 77aa.*\nae10.*-> 3f9c.*\n<base> -> ae10.*\n$/,
  },
  "aludel history -r-3:current": {
    scene: "an upgraded project",
    prints: /^3f9c.*-> 77aa.*\nae10.*-> 3f9c.*\n<base> -> ae10.*\n$/,
  },
  "aludel history -r base:3f9c -v": {
    scene: "a project",
    prints: /^(?![\s\S]*^Revision: 77aa)Revision: 3f9c[\s\S]*^Revision: ae10/m,
  },
  "aludel history --graph -n 20": {
    scene: "a project with three heads",
    before: "aludel upgrade 77aa -q",
    prints: [/├─/, /@ +77aa0b1c2d3e \(current\)/],
  },
  "aludel heads": {
    scene: "a project with three heads",
    prints: /^3f9c.*\n77aa.*\nbe11.*\nnext: aludel merge heads/,
  },
  "aludel branches": {
    scene: "a project with three heads",
    prints: /^ae10[\s\S]*3f9c[\s\S]*77aa[\s\S]*be11/,
  },
  "aludel show 3f9c": { scene: "a project", prints: /^Revision: 3f9c[\s\S]*create roles/ },
  "aludel show": { scene: "a project", prints: /^Revision: 77aa[\s\S]*ADD COLUMN age/ },
  "aludel show current": { scene: "a project", prints: /^Revision: 3f9c/ },
  "aludel diff app.db schema.sql": {
    scene: "a project",
    prints: /^\+ add column users\.age.*\n\+ create table events\n$/,
  },
  "aludel diff": { scene: "a project", prints: /^\+ create table events\n$/ },
  "aludel diff ae10 head --sql": {
    scene: "a project",
    prints: [/^ALTER TABLE "users" ADD COLUMN age/m, /^CREATE TABLE roles/m],
  },
  "aludel diff ae10 head --svg > diff.svg": {
    scene: "a project",
    then: "cat diff.svg",
    thenPrints: [/^<svg /, /\+ roles</, /~ users</],
  },
  "aludel diff empty schema.sql": {
    scene: "a project",
    prints: /\+ create table .*\n\+ create table .*\n\+ create table /,
  },
  "aludel schema > schema.sql": {
    scene: "a project",
    then: "aludel check",
    thenPrints: /lead to exactly what schema\.sql says/,
  },
  "aludel schema --svg > schema.svg": {
    scene: "a project",
    then: "cat schema.svg",
    thenPrints: [/^<svg /, />users</, />roles</],
  },
  "aludel schema --mermaid --table users": {
    scene: "a project",
    prints: /^erDiagram\n {2}"users" \{/,
  },
  "aludel schema 3f9c": {
    scene: "a project",
    prints: /^(?![\s\S]*age)[\s\S]*CREATE TABLE roles/,
  },
  "aludel schema db:app.db": { scene: "a project", prints: /^CREATE TABLE users/m },
  "aludel blame users": {
    scene: "a project",
    prints: [/^ae10c2d94b71 +email TEXT NOT NULL/m, /^77aa0b1c2d3e +age INTEGER/m],
  },
  "aludel blame users.email": {
    scene: "a project",
    prints: /^ae10c2d94b71 +email TEXT NOT NULL +create users\n$/,
  },
  "aludel blame users --at 3f9c": {
    scene: "a project",
    prints: /^ae10c2d94b71 +email(?![\s\S]*age)/m,
  },
  [`aludel bisect "SELECT 1 FROM pragma_table_info('users') WHERE name = 'age'"`]: {
    scene: "a project",
    exit: 3,
    prints: /^fails +77aa0b1c2d3e/m,
  },
  'aludel bisect "SELECT * FROM roles GROUP BY name HAVING count(*) > 1"': {
    scene: "a project",
    exit: 3,
    prints: /^fails +77aa0b1c2d3e/m,
  },

  "aludel check": { scene: "a project", exit: 3, prints: /^\+ create table events$/m },
  "aludel verify": {
    scene: "a clone",
    prints: /^Verified 3 revisions and the records of "app\.db"/,
  },
  "aludel verify --fix": {
    scene: "a clone",
    before: "sed -e '/77aa/d' migrations/manifest.json > m && mv m migrations/manifest.json",
    then: "aludel verify; cat migrations/manifest.json",
    thenPrints: /"id":"77aa0b1c2d3e"/,
  },
  "aludel verify --staged": {
    scene: "a clone",
    before: "echo 'SELECT 1;' | tee -a migrations/*_create_roles/up.sql",
    prints: /in the index against HEAD: everything matches/,
  },
  "aludel verify --since origin/main --format github": {
    scene: "a clone",
    before:
      "echo 'SELECT 1;' | tee -a migrations/*_create_roles/up.sql && git commit -q -a -m 'Change it'",
    exit: 3,
    prints: /^::error file=migrations\/[^,]*_create_roles\/up\.sql/m,
  },
  "aludel lint": { scene: "a project", prints: /^Checked 1 revision,/m },
  "aludel lint 3f9c:head": { scene: "a project", prints: /^Checked 2 revisions,/m },
  "aludel lint -d production": { scene: "a project", prints: /^Checked 2 revisions,/m },
  "aludel lint --all --format sarif": { scene: "a project", prints: /"version": ?"2\.1\.0"/ },
  "aludel report --out report.html": {
    scene: "a project",
    then: "cat report.html",
    thenPrints: [/^<!doctype html>/i, /Content-Security-Policy/],
  },
  "aludel report --markdown 3f9c:": { scene: "a project", prints: /3f9c1a2b4d5e/ },
  "aludel report --markdown --since origin/main": {
    scene: "a clone",
    before: "git update-ref refs/remotes/origin/main HEAD",
    prints: /revision/i,
  },
  "aludel locate -d old.db": {
    scene: "a project",
    prints: /3f9c1a2b4d5e/,
    then: "sqlite3 old.db .tables",
    thenPrints: /^roles +users *\n$/,
  },
  "aludel locate -d old.db --stamp": {
    scene: "a project",
    then: "aludel upgrade -d old.db -q && aludel current -d old.db",
    thenPrints: /^77aa0b1c2d3e/,
  },
  "aludel prove": { scene: "a project", prints: /ae10[\s\S]*3f9c[\s\S]*77aa[\s\S]*Proved 3/ },
  "aludel prove head": { scene: "a project", prints: /^\S+ +77aa[\s\S]*Proved 1 revision/ },
  "aludel prove --strict current:head": {
    scene: "a project",
    prints: /3f9c[\s\S]*77aa[\s\S]*Proved 2/,
  },

  "aludel hook install": {
    scene: "a clone",
    then: "aludel revision -q -m draft && git add . && ! git commit -q -m x",
    thenPrints: /revision-unsealed/,
  },
  "aludel hook uninstall": {
    scene: "a clone",
    before: "aludel hook install -q",
    then: "aludel revision -q -m draft && git add . && git commit -q -m x",
  },
  "aludel hook status": {
    scene: "a clone",
    before: "aludel hook install -q",
    prints: /pre-commit +verifies[\s\S]*merge driver +registered/,
  },
  "aludel merge-driver base.json ours.json theirs.json": {
    scene: "three manifests",
    then: "cat ours.json",
    thenPrints: /"id":"a1"[\s\S]*"id":"b2"[\s\S]*"id":"c3"/,
  },
  "aludel fleet status --glob 'tenants/*.db'": {
    scene: "a fleet",
    exit: 3,
    prints: /^2 pending {2}3 {2}tenants\/ann\.db, tenants\/bob\.db, tenants\/eve\.db$/m,
  },
  "aludel fleet status tenants": {
    scene: "a fleet",
    before: "aludel fleet upgrade",
    prints: [/^up to date {2}3$/m, /^Nothing to do\.$/m],
  },
  "aludel fleet status --query control.db 'SELECT path FROM tenant'": {
    scene: "a fleet",
    exit: 3,
    prints: /^2 pending {2}3 {2}/m,
  },
  "aludel fleet upgrade --glob 'tenants/*.db'": {
    scene: "a fleet",
    prints: /^Run \S+: 3 upgraded\.$/m,
    then: 'sqlite3 tenants/eve.db "SELECT id, applied_by FROM aludel_revision"',
    thenPrints: /^77aa0b1c2d3e\|aludel .*, fleet run \S+$/m,
  },
  "aludel fleet upgrade tenants --canary 5%": {
    scene: "a fleet",
    prints: [/^Run \S+: 1 upgraded, 2 left\.$/m, /next: aludel fleet resume/],
  },
  "aludel fleet upgrade tenants --on-error max=10 --jobs 4": {
    scene: "a fleet",
    before: "echo no database >tenants/zoe.db",
    exit: 4,
    prints: /^Run \S+: 3 upgraded, 1 failed\.$/m,
  },
  "aludel fleet resume": {
    scene: "a fleet",
    before: "aludel fleet upgrade --canary 1",
    prints: /^Run \S+: 3 upgraded\.$/m,
  },
  "aludel fleet resume --canary 50%": {
    scene: "a fleet",
    before: "aludel fleet upgrade --canary 1",
    prints: /^Run \S+: 2 upgraded, 1 left\.$/m,
  },
  "aludel fleet resume --retry": {
    scene: "a fleet",
    before: "cp tenants/eve.db eve.db; echo no database >tenants/eve.db; aludel fleet upgrade " +
      "--on-error continue; cp eve.db tenants/eve.db",
    prints: /^Run \S+: 3 upgraded\.$/m,
  },
  "aludel fleet undo": {
    scene: "a fleet",
    before: "aludel fleet upgrade",
    prints: /^Run \S+: 3 undone\.$/m,
    then: 'sqlite3 tenants/eve.db "SELECT group_concat(id) FROM aludel_revision"',
    thenPrints: /^ae10c2d94b71$/m,
  },
  "aludel fleet report": {
    scene: "a fleet",
    before: "aludel fleet upgrade",
    prints: /^Run \S+: 3 upgraded\.$/m,
  },
  "aludel fleet report --out fleet.html": {
    scene: "a fleet",
    before: "aludel fleet upgrade",
    then: "cat fleet.html",
    thenPrints: /<th scope="row">tenants\/eve\.db<\/th><td class="done">/,
  },
  "aludel fleet report --markdown": {
    scene: "a fleet",
    before: "aludel fleet upgrade",
    prints: /^### Fleet run \S+\n\n3 databases to `head`: 3 upgraded\.$/m,
  },
  "aludel fleet report --junit fleet.xml": {
    scene: "a fleet",
    before: "aludel fleet upgrade",
    then: "cat fleet.xml",
    thenPrints: /tests="3" failures="0"[\s\S]*name="tenants\/eve\.db"/,
  },
};
