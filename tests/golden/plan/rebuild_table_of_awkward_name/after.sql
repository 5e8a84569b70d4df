CREATE TABLE "say ""hi"", it's; --" (a TEXT DEFAULT 'x', "b]" TEXT);
