CREATE TABLE "say ""hi"", it's; --" (a TEXT, "b]" TEXT);
