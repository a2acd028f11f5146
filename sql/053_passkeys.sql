-- Passkeys (WebAuthn): the public key of a credential that an authenticator
-- keeps.  counter is the last one it told; one that goes back is refused.
-- user.second_factor is TRUE where there is an app or a passkey.
CREATE TABLE passkey (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id       BIGINT UNSIGNED NOT NULL,
    credential    VARBINARY(1023) NOT NULL,
    public_key    VARBINARY(1024) NOT NULL,         -- SubjectPublicKeyInfo
    algorithm     SMALLINT NOT NULL,                -- of COSE: -7, -8, -257
    counter       INT UNSIGNED NOT NULL DEFAULT 0,
    name          VARCHAR(64) NOT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    seen          DATETIME(3) NULL,
    seen_from     VARCHAR(45) CHARACTER SET ascii NULL,
    UNIQUE KEY credential (credential),
    KEY user_id (user_id),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
