-- Up: rename table chain

-- rename table b to c (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "b" RENAME TO "c";
PRAGMA legacy_alter_table = off;

-- rename table a to b (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "a" RENAME TO "b";
PRAGMA legacy_alter_table = off;
