import assert from "node:assert/strict";
import { epochSeconds, isUtcTime, readUtcTime } from "../../../src/manifest/folder_name.ts";

Deno.test("readUtcTime() knows the calendar", () => {
  for (const day of ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01", "9999-12-31"]) {
    assert.ok(readUtcTime(`${day}T23:59:59Z`), day);
    assert.ok(isUtcTime(`${day}T23:59:59Z`), day);
  }
  for (
    const day of [
      "2023-02-29",
      "1900-02-29",
      "2026-04-31",
      "2026-13-01",
      "2026-00-10",
      "2026-01-00",
    ]
  ) {
    assert.equal(readUtcTime(`${day}T00:00:00Z`), undefined, day);
    assert.equal(isUtcTime(`${day}T00:00:00Z`), false, day);
  }
  for (const time of ["24:00:00", "10:60:00", "10:15:60", "1:15:00", "10:15:00.5"]) {
    assert.equal(readUtcTime(`2026-11-23T${time}Z`), undefined, time);
  }
});

Deno.test("epochSeconds() agrees with Date for days of all months and centuries", () => {
  for (let at = Date.UTC(1, 0, 1, 3, 4, 5); at < Date.UTC(2500, 0); at += 86_400_000 * 97 + 1000) {
    const text = new Date(at).toISOString().replace(/\.\d+Z/, "Z");
    const time = readUtcTime(text);
    assert.ok(time, text);
    assert.equal(epochSeconds(time), at / 1000, text);
  }
});
