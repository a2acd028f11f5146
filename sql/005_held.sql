-- An order that waits for an administrator is a task that no runner takes.
ALTER TABLE task MODIFY
    state         ENUM('queued', 'running', 'done', 'failed', 'cancelled',
                       'held')
                  NOT NULL DEFAULT 'queued';
