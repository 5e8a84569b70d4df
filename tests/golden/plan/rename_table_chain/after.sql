-- aludel: renamed from=b
CREATE TABLE c (y);
-- aludel: renamed from=a
CREATE TABLE b (x);
