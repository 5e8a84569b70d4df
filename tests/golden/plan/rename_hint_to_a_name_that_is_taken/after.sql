-- aludel: renamed from=a
CREATE TABLE b (x);
