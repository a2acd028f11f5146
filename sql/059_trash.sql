-- The trash: a container that was deleted is stopped, and kept until
-- trashed_until.  Its node has its disk; number and addresses stay its own.
-- plan.undo_hours: how long, 0 for no trash.
-- trashed_suspended: it was suspended before, and is again when it comes back.
ALTER TABLE plan
    ADD COLUMN undo_hours INT UNSIGNED NOT NULL DEFAULT 24;

ALTER TABLE vm
    MODIFY COLUMN lifecycle ENUM('ordered', 'creating', 'ready', 'suspended',
                                 'deleting', 'create_failed', 'delete_failed',
                                 'trashed')
                  NOT NULL DEFAULT 'ordered',
    ADD COLUMN trashed_at DATETIME(3) NULL,
    ADD COLUMN trashed_until DATETIME(3) NULL,
    ADD COLUMN trashed_suspended TINYINT UNSIGNED NOT NULL DEFAULT 0,
    ADD KEY trashed_until (trashed_until);
