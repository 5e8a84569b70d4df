CREATE TABLE "group by" ("select");
