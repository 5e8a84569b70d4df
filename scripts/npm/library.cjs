// What Node gets for `require("aludel")`, and by library.mjs for `import`. The library's own modules use syntax that an
// old Node does not read, and this asks for a newer one before they are read.
"use strict";

const missing = require("../bin/requirement.cjs").missing();
if (missing !== undefined) throw new Error(missing);
module.exports = require("./mod.js");
