//! The tables, and how they come to be: each migration once, in order, at start.

/// Migrations in the words that SQLite and PostgreSQL share. What is published is never changed: a new idea is a new
/// migration at the end.
pub(super) const MIGRATIONS: &[&[&str]] = &[FIRST, PUBLIC];

/// All that there was at first.
const FIRST: &[&str] = &[
    "CREATE TABLE environments (name TEXT PRIMARY KEY, place BIGINT NOT NULL, current BIGINT NOT NULL, \
     settings TEXT NOT NULL, created_at BIGINT NOT NULL)",
    "CREATE TABLE versions (env TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL, source TEXT NOT NULL, \
     digest TEXT NOT NULL, signature TEXT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, \
     accepted TEXT NOT NULL, published_at BIGINT NOT NULL, PRIMARY KEY (env, version))",
    "CREATE TABLE drafts (env TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, base BIGINT NOT NULL, \
     revision BIGINT NOT NULL, actor TEXT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (env, name))",
    "CREATE TABLE audit (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, env TEXT NOT NULL, entry TEXT NOT NULL)",
    "CREATE INDEX audit_env ON audit (env, seq)",
    "CREATE TABLE head (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL, hash TEXT NOT NULL)",
    "INSERT INTO head (id, seq, hash) VALUES (1, 0, '')",
    "CREATE TABLE keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, env TEXT NOT NULL, \
     hash TEXT NOT NULL, created_by TEXT NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT NOT NULL)",
    "CREATE TABLE plans (env TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, revision BIGINT NOT NULL, \
     epoch BIGINT NOT NULL, version BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (env, name))",
    "CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence BIGINT NOT NULL, \
     ends_at BIGINT NOT NULL)",
    "CREATE TABLE nodes (env TEXT NOT NULL, node TEXT NOT NULL, epoch BIGINT NOT NULL, oldest_open BIGINT NOT NULL, \
     counts TEXT NOT NULL, seen_at BIGINT NOT NULL, PRIMARY KEY (env, node))",
    "CREATE TABLE emergencies (env TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, is_on BIGINT NOT NULL, \
     before TEXT NOT NULL, id TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, at BIGINT NOT NULL, \
     PRIMARY KEY (env, kind, name))",
    "CREATE TABLE replayed (id TEXT PRIMARY KEY, at BIGINT NOT NULL)",
    "CREATE TABLE outbox (id TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, failed BIGINT NOT NULL, \
     due_at BIGINT NOT NULL, error TEXT NOT NULL)",
];

/// What strangers and visitors are shown.
const PUBLIC: &[&str] = &[
    "CREATE TABLE status_pages (env TEXT PRIMARY KEY, page TEXT NOT NULL)",
    "CREATE TABLE banners (env TEXT NOT NULL, id TEXT NOT NULL, banner TEXT NOT NULL, updated_at BIGINT NOT NULL, \
     PRIMARY KEY (env, id))",
];
