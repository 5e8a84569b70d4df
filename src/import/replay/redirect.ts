/**
 * Code that redirects the SQLite connections of a Python, Node or Ruby program to the scratch file and traces the
 * statements that run there. The program needs no settings for it, and cannot open the live database by mistake.
 */

/** The environment variables that the code reads. */
export interface RedirectVariables {
  /** The scratch file. */
  readonly ALUDEL_SCRATCH: string;
  /** The live database. If it is empty, every opened file is redirected to the scratch file. */
  readonly ALUDEL_LIVE: string;
  /** The file to which a line of JSON is appended for each opened file (`open`) and each statement (`sql`). */
  readonly ALUDEL_TRACE: string;
}

/** One line of the trace. */
export type TraceLine = { readonly open: string } | { readonly sql: string };

/** The files that programs load by PYTHONPATH, NODE_OPTIONS and RUBYLIB. */
export const PYTHON_FILE = "sitecustomize.py";
export const NODE_FILE = "redirect.cjs";
export const RUBY_FILE = "aludel_redirect.rb";

/** A module sitecustomize, which Python loads at its start: https://docs.python.org/3/library/site.html */
export const PYTHON_REDIRECT = `
import importlib.machinery, importlib.util, json, os, sys

def note(line):
    with open(os.environ["ALUDEL_TRACE"], "a", encoding="utf-8") as trace:
        trace.write(json.dumps(line) + "\\n")

def redirect():
    import sqlite3, sqlite3.dbapi2
    from urllib.parse import unquote
    connect = sqlite3.dbapi2.connect
    scratch, live = os.environ["ALUDEL_SCRATCH"], os.environ["ALUDEL_LIVE"]

    def redirected(database, *arguments, **options):
        path = os.fsdecode(database)
        if options.get("uri") and path.startswith("file:"):
            path = unquote(path[5:].split("?")[0])
            path = "/" + path.lstrip("/") if path.startswith("//") else path
        if path in ("", ":memory:"):
            return connect(database, *arguments, **options)
        options.pop("uri", None)
        note({"open": path})
        is_live = live == "" or os.path.realpath(path) == live
        aside = scratch + "-" + os.path.basename(path)
        connection = connect(scratch if is_live else aside, *arguments, **options)
        if is_live:
            connection.set_trace_callback(lambda sql: note({"sql": sql}))
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = redirected

try:
    redirect()
except ImportError:
    pass

# The one that the installation has, which this file hides.
here = os.path.dirname(os.path.abspath(__file__))
others = [path for path in sys.path if os.path.abspath(path or ".") != here]
spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
if spec is not None and spec.loader is not None:
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
`;

/** A module that Node loads before the program. It supports better-sqlite3, libsql, sqlite3 and node:sqlite. */
export const NODE_REDIRECT = `
const fs = require("node:fs");
const path = require("node:path");
const { fileURLToPath } = require("node:url");
const Module = require("node:module");
const { ALUDEL_SCRATCH: scratch, ALUDEL_LIVE: live, ALUDEL_TRACE: trace } = process.env;

const note = (line) => fs.appendFileSync(trace, JSON.stringify(line) + "\\n");

const real = (file) => {
  try {
    return fs.realpathSync(file);
  } catch {
    return path.resolve(file);
  }
};

/** [the file to open, whether it is the scratch file] */
const redirected = (given) => {
  let file = String(given ?? "");
  if (file.startsWith("file://")) file = fileURLToPath(file.split("?")[0]);
  else if (file.startsWith("file:")) file = decodeURIComponent(file.slice(5).split("?")[0]);
  if (file === "" || file === ":memory:") return [given, false];
  if (path.resolve(file) === scratch) return [scratch, true];
  note({ open: file });
  const isLive = live === "" || real(file) === live;
  return [isLive ? scratch : scratch + "-" + path.basename(file), isLive];
};

const construct = (open) => ({
  construct: (target, args, self) => open((given) => Reflect.construct(target, given, self), args),
  apply: (target, _self, args) => open((given) => new target(...given), args),
});

/** better-sqlite3, and libsql, which has its interface without the option "verbose". */
const synchronous = (Database) =>
  new Proxy(Database, construct((make, [given, options = {}]) => {
    const [file, isScratch] = redirected(given);
    if (!isScratch) return make([file, options]);
    const verbose = (sql) => {
      note({ sql });
      options.verbose?.(sql);
    };
    return make([file, { ...options, readonly: false, fileMustExist: false, verbose }]);
  }));

const callbacks = (sqlite3) => {
  sqlite3.Database = new Proxy(sqlite3.Database, construct((make, [given, ...rest]) => {
    const [file, isScratch] = redirected(given);
    const database = make([file, ...rest]);
    if (isScratch) database.on("trace", (sql) => note({ sql }));
    return database;
  }));
  return sqlite3;
};

const drivers = [
  [/[\\\\/]node_modules[\\\\/](?:better-sqlite3[\\\\/]lib[\\\\/]index|libsql[\\\\/]index)\\.js$/, synchronous],
  [/[\\\\/]node_modules[\\\\/]sqlite3[\\\\/]lib[\\\\/]sqlite3\\.js$/, callbacks],
];

const load = Module._load;
const known = new Map();
Module._load = function (request, parent, isMain) {
  const found = load.apply(this, arguments);
  if (!/sqlite|libsql/.test(request)) return found;
  let file = request;
  try {
    file = Module._resolveFilename(request, parent, isMain);
  } catch {
    return found;
  }
  const driver = drivers.find(([place]) => place.test(file))?.[1];
  if (driver === undefined) return found;
  if (!known.has(file)) known.set(file, driver(found));
  return known.get(file);
};

const builtin = Module.isBuiltin("node:sqlite")
  ? quietly(() => require("node:sqlite"))
  : undefined;
if (builtin !== undefined) {
  const Database = builtin.DatabaseSync;
  builtin.DatabaseSync = new Proxy(Database, construct((make, [given, ...rest]) => {
    const [file, isScratch] = redirected(given);
    const database = make([file, ...rest]);
    if (!isScratch) return database;
    const { exec, prepare } = database;
    database.exec = (sql) => (note({ sql }), exec.call(database, sql));
    database.prepare = (sql, ...more) => (note({ sql }), prepare.call(database, sql, ...more));
    return database;
  }));
  Module.syncBuiltinESMExports();
}

/** Its warning that the module is experimental is no business of the program's. */
function quietly(work) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
`;

/**
 * A file that Ruby loads before the program. Bundler chooses the sqlite3 gem later, so its class is changed when its
 * definition ends.
 */
export const RUBY_REDIRECT = `
module AludelRedirect
  SCRATCH, LIVE, TRACE = ENV.values_at("ALUDEL_SCRATCH", "ALUDEL_LIVE", "ALUDEL_TRACE")

  def self.note(line)
    require "json"
    File.open(TRACE, "a") { |file| file.write(JSON.generate(line) + "\\n") }
  end

  def self.path_of(name)
    return name unless name.start_with?("file:")
    require "uri"
    path = URI.decode_www_form_component(name.delete_prefix("file:").split("?").first.gsub("+", "%2B"))
    path.start_with?("//") ? "/" + path.sub(%r{\\A/+}, "") : path
  end

  def initialize(name, *rest, &block)
    path = AludelRedirect.path_of(name.to_s)
    return super if path.empty? || path == ":memory:"
    AludelRedirect.note({ open: path })
    real = File.exist?(path) ? File.realpath(path) : File.expand_path(path)
    is_live = LIVE.empty? || real == LIVE || real == SCRATCH
    super(is_live ? SCRATCH : SCRATCH + "-" + File.basename(path), *rest, &block)
    trace { |sql| AludelRedirect.note({ sql: sql }) } if is_live && !closed?
  end
  ruby2_keywords :initialize if respond_to?(:ruby2_keywords, true)
end

TracePoint.new(:end) do |point|
  if point.self.is_a?(Class) && point.self.name == "SQLite3::Database" &&
      point.self.private_instance_methods(false).include?(:initialize)
    point.self.prepend(AludelRedirect)
    point.disable if point.respond_to?(:disable)
  end
end.enable
`;
