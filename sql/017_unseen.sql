-- A task that failed and that no administrator has seen yet.  Those that failed
-- before this are history.
ALTER TABLE task
    ADD COLUMN unseen BOOLEAN NULL AFTER finished,
    ADD KEY unseen (unseen, id);
