-- How many backups of a container a plan keeps: the newest of each of so many
-- days, weeks and months; 0 is none.  A container has its own copy, as of its
-- other limits.  Where all are 0 no backups are offered.
ALTER TABLE plan
    ADD COLUMN backup_daily    INT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN backup_weekly   INT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN backup_monthly  INT UNSIGNED NOT NULL DEFAULT 0;

ALTER TABLE vm
    ADD COLUMN backup_daily    INT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN backup_weekly   INT UNSIGNED NOT NULL DEFAULT 0,
    ADD COLUMN backup_monthly  INT UNSIGNED NOT NULL DEFAULT 0,
    -- when they were promised; NULL: when it was created
    ADD COLUMN backup_since    DATETIME(3) NULL;
