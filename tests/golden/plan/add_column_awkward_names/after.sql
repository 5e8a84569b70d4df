CREATE TABLE "group by" ("select", "say ""hi""" TEXT, [a b] INTEGER, `größe` REAL);
