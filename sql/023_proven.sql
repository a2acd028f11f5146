-- When the password of a session was last typed: delicate acts ask for it again
-- where that is long ago.  NULL: nobody wrote it down.
ALTER TABLE session
    ADD COLUMN proven  DATETIME(3) NULL AFTER seen;
