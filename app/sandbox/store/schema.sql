-- The mailboxes of the sandbox. Times are milliseconds since 1970 in UTC. A "change" is the number of the write that
-- last touched a row; it only ever grows, and ChangeKeys and SyncStates are made from it.

CREATE TABLE settings (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('change', 1000), ('entry', 100);

CREATE TABLE mailboxes (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE COLLATE NOCASE,
    alias TEXT NOT NULL UNIQUE COLLATE NOCASE,
    display_name TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- Mailbox, Shared, PublicDL or Contact
    password TEXT,                      -- NULL: nobody signs in as this one
    job_title TEXT,
    department TEXT,
    telephone TEXT,
    traits TEXT NOT NULL DEFAULT '{}'   -- JSON: limits and settings, see organisation.py
);

CREATE TABLE rights (
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes(id),
    user_id INTEGER NOT NULL REFERENCES mailboxes(id),
    kind TEXT NOT NULL,                 -- full, editor, reader, send-as, on-behalf or impersonate
    PRIMARY KEY (mailbox_id, user_id, kind)
) WITHOUT ROWID;

CREATE TABLE members (
    group_id INTEGER NOT NULL REFERENCES mailboxes(id),
    address TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (group_id, address)
) WITHOUT ROWID;

CREATE TABLE folders (
    id INTEGER PRIMARY KEY,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes(id),
    parent_id INTEGER REFERENCES folders(id),
    distinguished TEXT,
    display_name TEXT NOT NULL,
    folder_class TEXT,
    change INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX folders_distinguished ON folders(mailbox_id, distinguished) WHERE distinguished IS NOT NULL;
CREATE UNIQUE INDEX folders_names ON folders(parent_id, display_name COLLATE NOCASE);

CREATE TABLE gone_folders (mailbox_id INTEGER NOT NULL, folder_id INTEGER NOT NULL, change INTEGER NOT NULL);

CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- what an immutable id of Graph carries: never given out twice
    entry INTEGER NOT NULL UNIQUE,      -- what an ItemId carries; a moved item gets another
    mailbox_id INTEGER NOT NULL,
    folder_id INTEGER REFERENCES folders(id),   -- NULL: the item within an item attachment
    change INTEGER NOT NULL,
    arrived INTEGER NOT NULL,           -- the change with which it came into its folder
    content_change INTEGER NOT NULL DEFAULT 0,  -- the latest write of more than IsRead
    item_class TEXT NOT NULL DEFAULT 'IPM.Note',
    element TEXT NOT NULL DEFAULT 'Message',
    subject TEXT,
    sensitivity INTEGER NOT NULL DEFAULT 0,
    importance INTEGER NOT NULL DEFAULT 1,
    is_read INTEGER NOT NULL DEFAULT 1,
    is_submitted INTEGER NOT NULL DEFAULT 0,
    is_draft INTEGER NOT NULL DEFAULT 1,
    is_from_me INTEGER NOT NULL DEFAULT 0,
    is_resend INTEGER NOT NULL DEFAULT 0,
    is_unmodified INTEGER NOT NULL DEFAULT 0,
    is_associated INTEGER NOT NULL DEFAULT 0,
    has_attachments INTEGER NOT NULL DEFAULT 0,
    in_reply_to TEXT,
    references_ TEXT,
    message_id TEXT,
    conversation_topic TEXT,
    conversation_index BLOB,
    conversation_id BLOB,
    created INTEGER NOT NULL,
    received INTEGER,
    sent INTEGER,
    modified INTEGER NOT NULL,
    modified_by TEXT,
    size INTEGER NOT NULL DEFAULT 0,
    preview TEXT,
    display_to TEXT,
    display_cc TEXT,
    display_bcc TEXT,
    from_name TEXT,
    from_address TEXT,
    from_type TEXT,
    sender_name TEXT,
    sender_address TEXT,
    sender_type TEXT,
    received_by_name TEXT,
    received_by_address TEXT,
    representing_name TEXT,
    representing_address TEXT,
    read_receipt INTEGER NOT NULL DEFAULT 0,
    delivery_receipt INTEGER NOT NULL DEFAULT 0,
    response_requested INTEGER NOT NULL DEFAULT 0,
    receipt_pending INTEGER NOT NULL DEFAULT 0,
    reminder_set INTEGER NOT NULL DEFAULT 0,
    reminder_due INTEGER,
    reminder_minutes INTEGER,
    culture TEXT,
    flag_status INTEGER NOT NULL DEFAULT 0,
    flag_start INTEGER,
    flag_due INTEGER,
    flag_complete INTEGER,
    icon TEXT,
    search_key BLOB,
    voting TEXT,
    deferred INTEGER,                   -- when a held letter is to go (property 0x3FEF)
    submitted_by INTEGER,               -- who sent a letter that is held
    save_to INTEGER                     -- the folder for the copy of a letter that is held; NULL for none
);
CREATE INDEX items_received ON items(folder_id, is_associated, received);
CREATE INDEX items_sent ON items(folder_id, is_associated, sent);
CREATE INDEX items_created ON items(folder_id, is_associated, created);
CREATE INDEX items_modified ON items(folder_id, is_associated, modified);
CREATE INDEX items_subject ON items(folder_id, is_associated, subject COLLATE NOCASE);
CREATE INDEX items_change ON items(folder_id, change);
CREATE INDEX items_message_id ON items(message_id COLLATE NOCASE);
CREATE INDEX items_conversation ON items(conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX items_deferred ON items(deferred) WHERE deferred IS NOT NULL;

CREATE TABLE gone_items (
    folder_id INTEGER NOT NULL, mailbox_id INTEGER NOT NULL, entry INTEGER NOT NULL,
    arrived INTEGER NOT NULL, change INTEGER NOT NULL,
    item_id INTEGER                     -- the row that it was, by which an immutable id names it
);
CREATE INDEX gone_items_change ON gone_items(folder_id, change);

CREATE TRIGGER items_counted AFTER INSERT ON items WHEN NEW.is_associated = 0 BEGIN
    UPDATE folders SET total = total + 1, unread = unread + (NEW.is_read = 0) WHERE id = NEW.folder_id;
END;
CREATE TRIGGER items_uncounted AFTER DELETE ON items WHEN OLD.is_associated = 0 BEGIN
    UPDATE folders SET total = total - 1, unread = unread - (OLD.is_read = 0) WHERE id = OLD.folder_id;
END;
CREATE TRIGGER items_recounted AFTER UPDATE OF folder_id, is_read, is_associated ON items BEGIN
    UPDATE folders SET total = total - 1, unread = unread - (OLD.is_read = 0)
        WHERE id = OLD.folder_id AND OLD.is_associated = 0;
    UPDATE folders SET total = total + 1, unread = unread + (NEW.is_read = 0)
        WHERE id = NEW.folder_id AND NEW.is_associated = 0;
END;

CREATE TABLE bodies (
    item_id INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE, kind TEXT NOT NULL, content TEXT NOT NULL
);

-- MIME as it was given or received; gone as soon as the item is changed, and made anew when asked for.
CREATE TABLE mimes (item_id INTEGER PRIMARY KEY REFERENCES items(id) ON DELETE CASCADE, content BLOB NOT NULL);

CREATE TABLE recipients (
    item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                 -- to, cc, bcc or reply-to
    position INTEGER NOT NULL,
    name TEXT, address TEXT, routing TEXT, mailbox_type TEXT,
    PRIMARY KEY (item_id, kind, position)
) WITHOUT ROWID;

CREATE TABLE categories (
    item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
    position INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (item_id, position)
) WITHOUT ROWID;

CREATE TABLE headers (
    item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
    position INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (item_id, position)
) WITHOUT ROWID;

CREATE TABLE properties (
    item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
    key TEXT NOT NULL,                  -- see properties.py
    position INTEGER NOT NULL,          -- of a value within an array; 0 otherwise
    value,
    PRIMARY KEY (item_id, key, position)
) WITHOUT ROWID;
CREATE INDEX properties_value ON properties(key, value COLLATE NOCASE);

CREATE TABLE folder_properties (
    folder_id INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
    key TEXT NOT NULL, position INTEGER NOT NULL, value,
    PRIMARY KEY (folder_id, key, position)
) WITHOUT ROWID;

CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,                 -- file or item
    name TEXT, content_type TEXT, content_id TEXT, content_location TEXT,
    is_inline INTEGER NOT NULL DEFAULT 0,
    is_contact_photo INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT 0,
    modified INTEGER NOT NULL,
    content BLOB,
    inner_id INTEGER REFERENCES items(id)
);
CREATE INDEX attachments_item ON attachments(item_id);

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    submission INTEGER NOT NULL,        -- one number for all recipients of one sending
    message_id TEXT NOT NULL,
    marker TEXT,
    subject TEXT,
    sender TEXT NOT NULL,
    from_address TEXT NOT NULL,
    recipient TEXT NOT NULL,
    outcome TEXT NOT NULL               -- delivered, unknown-recipient, relayed, refused or expanded
);
CREATE INDEX deliveries_message_id ON deliveries(message_id);
