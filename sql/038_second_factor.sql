-- The second step of signing in: codes of an app by RFC 6238, and codes of one
-- use for who lost the app.  last_step is the time step (of 30 s) of the code
-- that was used last: none up to it is taken again.  A row that is not
-- confirmed is being set up, and asks nobody for a code.
CREATE TABLE second_factor (
    user_id       BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    secret        VARBINARY(64) NOT NULL,
    last_step     BIGINT UNSIGNED NOT NULL DEFAULT 0,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    confirmed     DATETIME(3) NULL,
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- hash is the SHA-256 of a code; a code that was used is deleted.
CREATE TABLE recovery_code (
    user_id       BIGINT UNSIGNED NOT NULL,
    hash          BINARY(32) NOT NULL,
    PRIMARY KEY (user_id, hash),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Whether second_factor is confirmed, where each request reads it anyway.
ALTER TABLE user ADD COLUMN second_factor BOOL NOT NULL DEFAULT FALSE;
