-- Two names of plans are one where they are the same characters, and only
-- there: "Año" is not "Ano".
ALTER TABLE plan
    MODIFY name VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;
