-- The rescue system that a container boots, and since when.
ALTER TABLE vm
    ADD COLUMN rescue_template VARCHAR(64) CHARACTER SET ascii NULL,
    ADD COLUMN rescue_since DATETIME NULL;
