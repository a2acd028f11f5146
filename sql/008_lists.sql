-- What lists choose by, in the order of their pages: a page reads its own rows
-- and no others.
ALTER TABLE task
    DROP KEY state,
    ADD KEY state (state, id),
    ADD KEY actor (actor, id);

ALTER TABLE audit
    ADD KEY account (account, id),
    ADD KEY action (action, id);

ALTER TABLE user
    ADD KEY role (role, id),
    ADD KEY locked (locked, id);
