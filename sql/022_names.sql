-- The words of docs/glossary.md: a container's lifecycle, and the state that it
-- shall be in.

ALTER TABLE vm
    RENAME COLUMN service TO lifecycle,
    RENAME COLUMN wanted TO desired_state;
