-- Who an address of mail belongs to.  Anybody may order with the address of
-- somebody else, so what stands here says nothing before it was answered:
-- 'unproven' is what somebody typed; 'mailed' that the password went there,
-- and who signs in with it proves the address; 'proven' that somebody did, or
-- set a password by a link that was mailed there.
--
-- drawn is when the panel drew the password, which nobody has used yet; NULL
-- is one that its owner chose.
ALTER TABLE user
    ADD COLUMN email_state ENUM('unproven', 'mailed', 'proven')
               NOT NULL DEFAULT 'unproven' AFTER email,
    ADD COLUMN drawn DATETIME(3) NULL AFTER must_change;

-- Who had to change his password first was mailed it.
UPDATE user SET email_state = IF(must_change, 'mailed', 'proven'),
                drawn = IF(must_change, NOW(3), NULL);
