-- Up: add column awkward names

-- add column "group by"."say ""hi""" TEXT (metadata)
ALTER TABLE "group by" ADD COLUMN "say ""hi""" TEXT;

-- add column "group by"."a b" INTEGER (metadata)
ALTER TABLE "group by" ADD COLUMN [a b] INTEGER;

-- add column "group by".größe REAL (metadata)
ALTER TABLE "group by" ADD COLUMN `größe` REAL;
