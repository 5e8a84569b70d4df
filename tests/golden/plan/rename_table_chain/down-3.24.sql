-- Down: rename table chain

-- rename table b to a (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "b" RENAME TO "a";
PRAGMA legacy_alter_table = off;

-- rename table c to b (metadata)
PRAGMA legacy_alter_table = on;
ALTER TABLE "c" RENAME TO "b";
PRAGMA legacy_alter_table = off;
