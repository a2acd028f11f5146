-- A mail that the mail server took may come back.  reported is when the last
-- word about it came in; error is that word.
ALTER TABLE mail
    MODIFY state  ENUM('held', 'queued', 'sent', 'failed', 'bounced')
                  NOT NULL DEFAULT 'held',
    ADD COLUMN reported DATETIME(3) NULL AFTER sent;

-- What all workers on all hosts have to know and nobody else.  A worker that
-- needs one draws it.
CREATE TABLE secret (
    name          VARCHAR(16) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    value         CHAR(64) CHARACTER SET ascii NOT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
