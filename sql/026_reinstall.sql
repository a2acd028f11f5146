-- The system before a container's last reinstall, while its node keeps it.
ALTER TABLE vm
    ADD COLUMN old_template VARCHAR(64) CHARACTER SET ascii NULL,
    ADD COLUMN old_until DATETIME NULL,
    ADD COLUMN old_keys TEXT CHARACTER SET ascii NULL;  -- fingerprints, commas
