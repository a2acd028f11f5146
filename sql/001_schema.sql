-- The schema.  MariaDB 10.6+ or MySQL 8, InnoDB, utf8mb4, times in UTC.
-- Applied by sql/migrate, which records it in schema_version.

-- People who sign in (the thesis's usuario and usuarioTipo).
CREATE TABLE user (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account       VARCHAR(32) CHARACTER SET ascii NOT NULL,
    role          ENUM('admin', 'customer') NOT NULL DEFAULT 'customer',
    first_name    VARCHAR(80) NOT NULL,
    last_name     VARCHAR(80) NOT NULL DEFAULT '',
    dni           VARCHAR(20) CHARACTER SET ascii NULL,
    email         VARCHAR(254) NOT NULL,
    phone         VARCHAR(32) NULL,
    address       VARCHAR(120) NULL,
    province      VARCHAR(60) NULL,
    language      CHAR(2) CHARACTER SET ascii NOT NULL DEFAULT 'es',
    password      VARCHAR(255) CHARACTER SET ascii NOT NULL,
    must_change   BOOLEAN NOT NULL DEFAULT FALSE,
    locked        BOOLEAN NOT NULL DEFAULT FALSE,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY account (account),
    UNIQUE KEY dni (dni),
    KEY email (email)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Hosts with a virtual-server.  The name is that of the vzpanel_node
-- directive; numbers of containers are given out from ctid_min.
CREATE TABLE node (
    id            INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name          VARCHAR(64) CHARACTER SET ascii NOT NULL,
    enabled       BOOLEAN NOT NULL DEFAULT TRUE,
    ctid_min      INT UNSIGNED NOT NULL DEFAULT 101,
    ctid_max      INT UNSIGNED NOT NULL DEFAULT 2147483644,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE plan (
    id            INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name          VARCHAR(40) NOT NULL,
    memory_mib    INT UNSIGNED NOT NULL,
    disk_mib      INT UNSIGNED NOT NULL,
    cpu_units     INT UNSIGNED NOT NULL DEFAULT 1000,
    cpu_percent   INT UNSIGNED NOT NULL DEFAULT 0,      -- 0: no limit
    visible       BOOLEAN NOT NULL DEFAULT TRUE,
    position      INT NOT NULL DEFAULT 0,
    UNIQUE KEY name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Operating systems (the thesis's SO), named as they are installed.
CREATE TABLE template (
    id            INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name          VARCHAR(64) CHARACTER SET ascii NOT NULL,
    label         VARCHAR(64) NOT NULL,
    enabled       BOOLEAN NOT NULL DEFAULT TRUE,
    position      INT NOT NULL DEFAULT 0,
    UNIQUE KEY name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Containers (the thesis's usuarioVM).  Whether one runs is not here: that is
-- read from its node.  A limit of NULL is "unlimited".
CREATE TABLE vm (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    node_id       INT UNSIGNED NOT NULL,
    ctid          INT UNSIGNED NOT NULL,
    user_id       BIGINT UNSIGNED NOT NULL,
    plan_id       INT UNSIGNED NULL,
    template_id   INT UNSIGNED NOT NULL,
    name          VARCHAR(64) NOT NULL,
    hostname      VARCHAR(64) CHARACTER SET ascii NOT NULL,
    gateway       VARCHAR(45) CHARACTER SET ascii NULL,
    dns           VARCHAR(140) CHARACTER SET ascii NULL,  -- up to 3, spaces
    vmguar_barrier_mib   INT UNSIGNED NOT NULL,
    vmguar_limit_mib     INT UNSIGNED NULL,
    oomguar_barrier_mib  INT UNSIGNED NOT NULL,
    oomguar_limit_mib    INT UNSIGNED NULL,
    privvm_barrier_mib   INT UNSIGNED NOT NULL,
    privvm_limit_mib     INT UNSIGNED NULL,
    disk_soft_mib INT UNSIGNED NOT NULL,
    disk_hard_mib INT UNSIGNED NOT NULL,
    cpu_units     INT UNSIGNED NOT NULL,
    cpu_percent   INT UNSIGNED NOT NULL DEFAULT 0,
    wanted        ENUM('running', 'stopped') NOT NULL DEFAULT 'running',
    service       ENUM('ordered', 'creating', 'ready', 'suspended', 'deleting',
                       'create_failed', 'delete_failed')
                  NOT NULL DEFAULT 'ordered',
    version       INT UNSIGNED NOT NULL DEFAULT 1,        -- for If-Match
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY number (node_id, ctid),
    KEY user_id (user_id, id),
    KEY plan_id (plan_id),
    KEY template_id (template_id),
    KEY name (name),
    FOREIGN KEY (node_id) REFERENCES node (id),
    FOREIGN KEY (user_id) REFERENCES user (id),
    FOREIGN KEY (plan_id) REFERENCES plan (id) ON DELETE SET NULL,
    FOREIGN KEY (template_id) REFERENCES template (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 AUTO_INCREMENT = 101;

-- Addresses are given out from pools; every address of a pool is a row, and
-- taking one is a compare-and-set on vm_id.
CREATE TABLE address_pool (
    id            INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name          VARCHAR(64) NOT NULL,
    node_id       INT UNSIGNED NULL,                      -- NULL: any
    cidr          VARCHAR(49) CHARACTER SET ascii NOT NULL,
    gateway       VARCHAR(45) CHARACTER SET ascii NULL,
    dns           VARCHAR(140) CHARACTER SET ascii NULL,
    enabled       BOOLEAN NOT NULL DEFAULT TRUE,
    UNIQUE KEY cidr (cidr),
    KEY node_id (node_id),
    FOREIGN KEY (node_id) REFERENCES node (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE address (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    pool_id       INT UNSIGNED NOT NULL,
    address       VARCHAR(45) CHARACTER SET ascii NOT NULL,
    reserved      BOOLEAN NOT NULL DEFAULT FALSE,
    vm_id         BIGINT UNSIGNED NULL,
    position      INT UNSIGNED NOT NULL DEFAULT 0,        -- 0: its first
    UNIQUE KEY address (address),
    KEY vm_id (vm_id, position),
    KEY free (pool_id, reserved, vm_id, id),
    FOREIGN KEY (pool_id) REFERENCES address_pool (id),
    FOREIGN KEY (vm_id) REFERENCES vm (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Secrets are kept as their SHA-256.
CREATE TABLE session (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    hash          BINARY(32) NOT NULL,
    user_id       BIGINT UNSIGNED NOT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    seen          DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires       DATETIME(3) NOT NULL,
    remote        VARCHAR(45) CHARACTER SET ascii NOT NULL,
    agent         VARCHAR(200) NOT NULL DEFAULT '',
    UNIQUE KEY hash (hash),
    KEY user_id (user_id),
    KEY expires (expires),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE token (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    hash          BINARY(32) NOT NULL,
    user_id       BIGINT UNSIGNED NOT NULL,
    name          VARCHAR(64) NOT NULL,
    scope         ENUM('read', 'write') NOT NULL DEFAULT 'read',
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    seen          DATETIME(3) NULL,
    expires       DATETIME(3) NULL,
    UNIQUE KEY hash (hash),
    KEY user_id (user_id),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Privileged changes.  A task is claimed by a compare-and-set on owner and
-- lease.  busy is the container while the task is queued or running: its
-- unique key is what keeps two tasks off one container.
CREATE TABLE task (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind          VARCHAR(16) CHARACTER SET ascii NOT NULL,
    vm_id         BIGINT UNSIGNED NULL,
    vm_name       VARCHAR(64) NOT NULL DEFAULT '',
    busy          BIGINT UNSIGNED NULL,
    user_id       BIGINT UNSIGNED NULL,                   -- whose container
    actor_id      BIGINT UNSIGNED NULL,                   -- who asked
    actor         VARCHAR(32) CHARACTER SET ascii NOT NULL,
    via           ENUM('web', 'token', 'order', 'system') NOT NULL,
    state         ENUM('queued', 'running', 'done', 'failed', 'cancelled')
                  NOT NULL DEFAULT 'queued',
    step          TINYINT UNSIGNED NOT NULL DEFAULT 0,
    steps         TINYINT UNSIGNED NOT NULL,
    owner         CHAR(32) CHARACTER SET ascii NULL,
    lease         DATETIME(3) NULL,
    attempt       INT UNSIGNED NOT NULL DEFAULT 0,        -- of this step
    not_before    DATETIME(3) NULL,                       -- backoff
    data          TEXT NULL,                              -- JSON of its kind
    link          BINARY(32) NULL,                        -- of an order
    error_code    VARCHAR(32) CHARACTER SET ascii NULL,
    error_detail  VARCHAR(255) NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    started       DATETIME(3) NULL,
    finished      DATETIME(3) NULL,
    UNIQUE KEY busy (busy),
    UNIQUE KEY link (link),
    KEY vm_id (vm_id, id),
    KEY user_id (user_id, id),
    KEY actor_id (actor_id),
    KEY state (state, lease),
    KEY owner (owner),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE SET NULL,
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE SET NULL,
    FOREIGN KEY (actor_id) REFERENCES user (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE task_step (
    task_id       BIGINT UNSIGNED NOT NULL,
    position      TINYINT UNSIGNED NOT NULL,
    name          VARCHAR(16) CHARACTER SET ascii NOT NULL,
    state         ENUM('queued', 'running', 'done', 'failed', 'skipped')
                  NOT NULL DEFAULT 'queued',
    detail        VARCHAR(255) NOT NULL DEFAULT '',
    started       DATETIME(3) NULL,
    finished      DATETIME(3) NULL,
    PRIMARY KEY (task_id, position),
    FOREIGN KEY (task_id) REFERENCES task (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Answers given under an Idempotency-Key, for 24 hours.  hash is of who
-- asked, where, and the key; request of the body.
CREATE TABLE idempotency (
    hash          BINARY(32) NOT NULL PRIMARY KEY,
    request       BINARY(32) NOT NULL,
    status        SMALLINT UNSIGNED NOT NULL,
    location      VARCHAR(200) NOT NULL DEFAULT '',
    body          TEXT NOT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    KEY created (created)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- Mail to be sent.  data holds what its template needs, secrets with it, and
-- becomes NULL when the mail was delivered.  'held' waits for its task.
CREATE TABLE mail (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id       BIGINT UNSIGNED NULL,
    task_id       BIGINT UNSIGNED NULL,
    recipient     VARCHAR(254) NOT NULL,
    template      VARCHAR(16) CHARACTER SET ascii NOT NULL,
    language      CHAR(2) CHARACTER SET ascii NOT NULL DEFAULT 'es',
    data          TEXT NULL,
    message_id    VARCHAR(80) CHARACTER SET ascii NOT NULL,
    state         ENUM('held', 'queued', 'sent', 'failed')
                  NOT NULL DEFAULT 'held',
    attempts      INT UNSIGNED NOT NULL DEFAULT 0,
    next_try      DATETIME(3) NULL,
    error         VARCHAR(255) NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    sent          DATETIME(3) NULL,
    UNIQUE KEY message_id (message_id),
    KEY user_id (user_id),
    KEY task_id (task_id),
    KEY state (state, next_try),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE CASCADE,
    FOREIGN KEY (task_id) REFERENCES task (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE audit (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at            DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    user_id       BIGINT UNSIGNED NULL,
    account       VARCHAR(64) NOT NULL DEFAULT '',
    action        VARCHAR(32) CHARACTER SET ascii NOT NULL,
    object        VARCHAR(80) NOT NULL DEFAULT '',
    remote        VARCHAR(45) CHARACTER SET ascii NOT NULL DEFAULT '',
    result        VARCHAR(32) CHARACTER SET ascii NOT NULL,
    detail        VARCHAR(255) NOT NULL DEFAULT '',
    KEY at (at),
    KEY user_id (user_id, id),
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
