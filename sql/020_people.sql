-- What people are called and how they write it.  A document is shown as it was
-- typed (document) and compared by its letters and digits, of any script,
-- without zeros in front (dni).  Who has one already that differs in those
-- zeros alone stays as he is.
ALTER TABLE user
    MODIFY dni VARCHAR(20) NULL,
    ADD COLUMN document VARCHAR(40) NULL AFTER dni,
    MODIFY address VARCHAR(128) NULL,
    MODIFY province VARCHAR(64) NULL;

UPDATE IGNORE user SET document = dni, dni = TRIM(LEADING '0' FROM dni)
    WHERE dni LIKE '0%' AND TRIM(LEADING '0' FROM dni) <> '';
