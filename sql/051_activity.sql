-- Whose account a row of the audit is about, so that users can read what
-- happened to their own; via is what the caller proved an identity by:
-- 'session' or 'token', and of signing in 'password', 'code', 'recovery'.
ALTER TABLE audit
    ADD COLUMN about BIGINT UNSIGNED NULL AFTER user_id,
    ADD COLUMN via   VARCHAR(16) CHARACTER SET ascii NOT NULL DEFAULT ''
                     AFTER remote,
    ADD KEY about (about, id),
    ADD FOREIGN KEY (about) REFERENCES user (id) ON DELETE SET NULL;

UPDATE audit SET about = user_id WHERE user_id IS NOT NULL;
