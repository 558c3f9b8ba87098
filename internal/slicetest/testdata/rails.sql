-- Help desk, CRM, projects and billing for many accounts, as structure.sql of a Rails application holds it: bigint and uuid
-- keys, join tables without a primary key, polymorphic pairs, single-table inheritance, counter caches, trees, positions.
-- A comment on a column says what may stand in it: "values: a, b", or "kinds of TYPE: VALUE=table".

CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE TYPE ticket_priority AS ENUM ('low', 'normal', 'urgent');
CREATE TYPE campaign_status AS ENUM ('draft', 'sent');
CREATE TABLE schema_migrations (version character varying NOT NULL, CONSTRAINT schema_migrations_pkey PRIMARY KEY (version));
CREATE TABLE ar_internal_metadata (key character varying NOT NULL, value character varying, created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT ar_internal_metadata_pkey PRIMARY KEY (key));
CREATE TABLE accounts (id bigint NOT NULL, name character varying NOT NULL, subdomain citext NOT NULL, plan_id bigint, custom_domain
  character varying, settings jsonb, features hstore, users_count integer DEFAULT 0 NOT NULL, time_zone character varying NOT NULL,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT accounts_pkey PRIMARY
  KEY (id));
CREATE SEQUENCE accounts_id_seq OWNED BY accounts.id;
ALTER TABLE accounts ALTER COLUMN id SET DEFAULT nextval('accounts_id_seq'::regclass);
CREATE TABLE plans (id bigint NOT NULL, code character varying NOT NULL, price_cents integer NOT NULL, interval character varying NOT NULL,
  position integer, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  chk_rails_price_cents CHECK (price_cents >= 0), CONSTRAINT interval_known CHECK (interval::text = ANY (ARRAY['month'::text,
  'year'::text])), CONSTRAINT plans_pkey PRIMARY KEY (id));
CREATE SEQUENCE plans_id_seq OWNED BY plans.id;
ALTER TABLE plans ALTER COLUMN id SET DEFAULT nextval('plans_id_seq'::regclass);
CREATE TABLE users (id bigint NOT NULL, email citext NOT NULL, encrypted_password character varying NOT NULL, reset_password_token character
  varying, sign_in_count integer DEFAULT 0 NOT NULL, current_sign_in_ip inet, last_sign_in_at timestamp(6) without time zone, confirmed_at
  timestamp(6) without time zone, locked_at timestamp(6) without time zone, preferences jsonb, created_at timestamp(6) without time zone NOT
  NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT users_pkey PRIMARY KEY (id));
CREATE SEQUENCE users_id_seq OWNED BY users.id;
ALTER TABLE users ALTER COLUMN id SET DEFAULT nextval('users_id_seq'::regclass);
CREATE TABLE memberships (id bigint NOT NULL, account_id bigint NOT NULL, user_id bigint NOT NULL, role integer NOT NULL, invited_by_id
  bigint, tickets_count integer DEFAULT 0 NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time
  zone NOT NULL, CONSTRAINT memberships_pkey PRIMARY KEY (id));
CREATE SEQUENCE memberships_id_seq OWNED BY memberships.id;
ALTER TABLE memberships ALTER COLUMN id SET DEFAULT nextval('memberships_id_seq'::regclass);
CREATE TABLE identities (id bigint NOT NULL, user_id bigint NOT NULL, provider character varying NOT NULL, uid character varying NOT NULL,
  info jsonb, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  identities_pkey PRIMARY KEY (id));
CREATE SEQUENCE identities_id_seq OWNED BY identities.id;
ALTER TABLE identities ALTER COLUMN id SET DEFAULT nextval('identities_id_seq'::regclass);
CREATE TABLE sessions (id bigint NOT NULL, session_id character varying NOT NULL, data text, created_at timestamp(6) without time zone NOT
  NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT sessions_pkey PRIMARY KEY (id));
CREATE SEQUENCE sessions_id_seq OWNED BY sessions.id;
ALTER TABLE sessions ALTER COLUMN id SET DEFAULT nextval('sessions_id_seq'::regclass);
CREATE TABLE api_tokens (id uuid DEFAULT gen_random_uuid() NOT NULL, account_id bigint NOT NULL, membership_id bigint, token_digest bytea
  NOT NULL, scopes character varying[] DEFAULT '{}', last_used_ip inet, expires_at timestamp(6) without time zone, created_at timestamp(6)
  without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT api_tokens_pkey PRIMARY KEY (id));
CREATE TABLE invitations (id uuid DEFAULT gen_random_uuid() NOT NULL, account_id bigint NOT NULL, email citext NOT NULL, inviter_id bigint,
  accepted_at timestamp(6) without time zone, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone
  NOT NULL, CONSTRAINT invitations_pkey PRIMARY KEY (id));
CREATE TABLE roles (id bigint NOT NULL, name character varying NOT NULL, resource_type character varying, resource_id bigint, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT roles_pkey PRIMARY KEY (id));
CREATE SEQUENCE roles_id_seq OWNED BY roles.id;
ALTER TABLE roles ALTER COLUMN id SET DEFAULT nextval('roles_id_seq'::regclass);
CREATE TABLE users_roles (user_id bigint NOT NULL, role_id bigint NOT NULL);
CREATE TABLE teams (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, parent_id bigint, lft integer, rgt
  integer, depth integer DEFAULT 0 NOT NULL, members_count integer DEFAULT 0 NOT NULL, created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT teams_pkey PRIMARY KEY (id));
CREATE SEQUENCE teams_id_seq OWNED BY teams.id;
ALTER TABLE teams ALTER COLUMN id SET DEFAULT nextval('teams_id_seq'::regclass);
CREATE TABLE teams_memberships (team_id bigint NOT NULL, membership_id bigint NOT NULL);
CREATE TABLE subscriptions (id bigint NOT NULL, account_id bigint NOT NULL, plan_id bigint NOT NULL, status character varying NOT NULL,
  trial tstzrange, quantity integer NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone
  NOT NULL, CONSTRAINT status_known CHECK (status::text = ANY (ARRAY['trialing'::text, 'active'::text, 'canceled'::text])), CONSTRAINT
  chk_rails_quantity CHECK (quantity >= 0), CONSTRAINT subscriptions_pkey PRIMARY KEY (id));
CREATE SEQUENCE subscriptions_id_seq OWNED BY subscriptions.id;
ALTER TABLE subscriptions ALTER COLUMN id SET DEFAULT nextval('subscriptions_id_seq'::regclass);
CREATE TABLE subscription_items (id bigint NOT NULL, subscription_id bigint NOT NULL, name character varying NOT NULL, amount_cents bigint
  NOT NULL, position integer, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT subscription_items_pkey PRIMARY KEY (id));
CREATE SEQUENCE subscription_items_id_seq OWNED BY subscription_items.id;
ALTER TABLE subscription_items ALTER COLUMN id SET DEFAULT nextval('subscription_items_id_seq'::regclass);
CREATE TABLE invoices (id bigint NOT NULL, account_id bigint NOT NULL, type character varying NOT NULL, number character varying NOT NULL,
  subscription_id bigint, original_id bigint, issued_on date, total numeric(12,2) NOT NULL, created_at timestamp(6) without time zone NOT
  NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT invoices_pkey PRIMARY KEY (id));
CREATE SEQUENCE invoices_id_seq OWNED BY invoices.id;
ALTER TABLE invoices ALTER COLUMN id SET DEFAULT nextval('invoices_id_seq'::regclass);
CREATE TABLE invoice_lines (id bigint NOT NULL, invoice_id bigint NOT NULL, subscription_item_id bigint, description text NOT NULL, quantity
  numeric(12,2) NOT NULL, total numeric(12,2) NOT NULL, position integer, created_at timestamp(6) without time zone NOT NULL, updated_at
  timestamp(6) without time zone NOT NULL, CONSTRAINT invoice_lines_pkey PRIMARY KEY (id));
CREATE SEQUENCE invoice_lines_id_seq OWNED BY invoice_lines.id;
ALTER TABLE invoice_lines ALTER COLUMN id SET DEFAULT nextval('invoice_lines_id_seq'::regclass);
CREATE TABLE payments (id uuid DEFAULT gen_random_uuid() NOT NULL, account_id bigint NOT NULL, invoice_id bigint NOT NULL, method character
  varying NOT NULL, amount numeric(12,2) NOT NULL, gateway_response jsonb, refunded_payment_id uuid, created_at timestamp(6) without time
  zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT method_known CHECK (method::text = ANY (ARRAY['card'::text,
  'transfer'::text])), CONSTRAINT payments_pkey PRIMARY KEY (id));
CREATE TABLE payment_methods (id bigint NOT NULL, account_id bigint NOT NULL, type character varying NOT NULL, token character varying NOT
  NULL, last4 character varying(4), "default" boolean NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6)
  without time zone NOT NULL, CONSTRAINT payment_methods_pkey PRIMARY KEY (id));
CREATE SEQUENCE payment_methods_id_seq OWNED BY payment_methods.id;
ALTER TABLE payment_methods ALTER COLUMN id SET DEFAULT nextval('payment_methods_id_seq'::regclass);
CREATE TABLE coupons (id bigint NOT NULL, code citext NOT NULL, percent smallint, valid_during daterange, created_at timestamp(6) without
  time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT coupons_pkey PRIMARY KEY (id));
CREATE SEQUENCE coupons_id_seq OWNED BY coupons.id;
ALTER TABLE coupons ALTER COLUMN id SET DEFAULT nextval('coupons_id_seq'::regclass);
CREATE TABLE coupon_redemptions (id bigint NOT NULL, coupon_id bigint NOT NULL, account_id bigint NOT NULL, redeemed_at timestamp(6) without
  time zone NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  coupon_redemptions_pkey PRIMARY KEY (id));
CREATE SEQUENCE coupon_redemptions_id_seq OWNED BY coupon_redemptions.id;
ALTER TABLE coupon_redemptions ALTER COLUMN id SET DEFAULT nextval('coupon_redemptions_id_seq'::regclass);
CREATE TABLE contacts (id bigint NOT NULL, account_id bigint NOT NULL, type character varying NOT NULL, name character varying NOT NULL,
  email citext, phone_numbers character varying[] DEFAULT '{}', company_id bigint, owner_id bigint, custom_fields jsonb, birthday date,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT contacts_pkey PRIMARY
  KEY (id));
CREATE SEQUENCE contacts_id_seq OWNED BY contacts.id;
ALTER TABLE contacts ALTER COLUMN id SET DEFAULT nextval('contacts_id_seq'::regclass);
CREATE TABLE addresses (id bigint NOT NULL, addressable_type character varying NOT NULL, addressable_id bigint NOT NULL, street character
  varying NOT NULL, zip character varying NOT NULL, city character varying NOT NULL, country character(2), location point, kind integer NOT
  NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT addresses_pkey
  PRIMARY KEY (id));
CREATE SEQUENCE addresses_id_seq OWNED BY addresses.id;
ALTER TABLE addresses ALTER COLUMN id SET DEFAULT nextval('addresses_id_seq'::regclass);
CREATE TABLE contact_merges (id bigint NOT NULL, account_id bigint NOT NULL, winner_id bigint NOT NULL, loser_id bigint NOT NULL, merged_at
  timestamp(6) without time zone NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT
  NULL, CONSTRAINT contact_merges_pkey PRIMARY KEY (id));
CREATE SEQUENCE contact_merges_id_seq OWNED BY contact_merges.id;
ALTER TABLE contact_merges ALTER COLUMN id SET DEFAULT nextval('contact_merges_id_seq'::regclass);
CREATE TABLE companies_contacts (company_id bigint NOT NULL, contact_id bigint NOT NULL, CONSTRAINT companies_contacts_pkey PRIMARY KEY
  (company_id, contact_id));
CREATE TABLE segments (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, conditions jsonb NOT NULL,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT segments_pkey PRIMARY
  KEY (id));
CREATE SEQUENCE segments_id_seq OWNED BY segments.id;
ALTER TABLE segments ALTER COLUMN id SET DEFAULT nextval('segments_id_seq'::regclass);
CREATE TABLE contacts_segments (contact_id bigint NOT NULL, segment_id bigint NOT NULL);
CREATE TABLE tags (id bigint NOT NULL, account_id bigint NOT NULL, name citext NOT NULL, taggings_count integer DEFAULT 0 NOT NULL,
  parent_id bigint, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  tags_pkey PRIMARY KEY (id));
CREATE SEQUENCE tags_id_seq OWNED BY tags.id;
ALTER TABLE tags ALTER COLUMN id SET DEFAULT nextval('tags_id_seq'::regclass);
CREATE TABLE taggings (id bigint NOT NULL, tag_id bigint NOT NULL, taggable_type character varying NOT NULL, taggable_id bigint NOT NULL,
  tagger_id bigint, context character varying NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without
  time zone NOT NULL, CONSTRAINT taggings_pkey PRIMARY KEY (id));
CREATE SEQUENCE taggings_id_seq OWNED BY taggings.id;
ALTER TABLE taggings ALTER COLUMN id SET DEFAULT nextval('taggings_id_seq'::regclass);
CREATE TABLE inboxes (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, type character varying NOT NULL,
  settings jsonb, forward_to citext, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT inboxes_pkey PRIMARY KEY (id));
CREATE SEQUENCE inboxes_id_seq OWNED BY inboxes.id;
ALTER TABLE inboxes ALTER COLUMN id SET DEFAULT nextval('inboxes_id_seq'::regclass);
CREATE TABLE inbox_members (id bigint NOT NULL, inbox_id bigint NOT NULL, membership_id bigint NOT NULL, created_at timestamp(6) without
  time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT inbox_members_pkey PRIMARY KEY (id));
CREATE SEQUENCE inbox_members_id_seq OWNED BY inbox_members.id;
ALTER TABLE inbox_members ALTER COLUMN id SET DEFAULT nextval('inbox_members_id_seq'::regclass);
CREATE TABLE tickets (id bigint NOT NULL, account_id bigint NOT NULL, inbox_id bigint NOT NULL, requester_id bigint NOT NULL, assignee_id
  bigint, team_id bigint, number integer NOT NULL, subject character varying NOT NULL, status integer NOT NULL, priority ticket_priority,
  due_at timestamp(6) without time zone, merged_into_id bigint, messages_count integer DEFAULT 0 NOT NULL, search tsvector GENERATED ALWAYS
  AS (to_tsvector('simple'::regconfig, subject::text)) STORED, lock_version integer DEFAULT 0 NOT NULL, discarded_at timestamp(6) without
  time zone, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT tickets_pkey
  PRIMARY KEY (id));
CREATE SEQUENCE tickets_id_seq OWNED BY tickets.id;
ALTER TABLE tickets ALTER COLUMN id SET DEFAULT nextval('tickets_id_seq'::regclass);
CREATE TABLE ticket_links (source_id bigint NOT NULL, target_id bigint NOT NULL, kind character varying NOT NULL, CONSTRAINT kind_known
  CHECK (kind::text = ANY (ARRAY['blocks'::text, 'duplicates'::text])), CONSTRAINT ticket_links_pkey PRIMARY KEY (source_id, target_id));
CREATE TABLE ticket_watchers (ticket_id bigint NOT NULL, membership_id bigint NOT NULL);
CREATE TABLE messages (id bigint NOT NULL, ticket_id bigint NOT NULL, author_type character varying NOT NULL, author_id bigint NOT NULL,
  in_reply_to_id bigint, body text NOT NULL, headers hstore, message_id character varying, private boolean NOT NULL, created_at timestamp(6)
  without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT messages_pkey PRIMARY KEY (id));
CREATE SEQUENCE messages_id_seq OWNED BY messages.id;
ALTER TABLE messages ALTER COLUMN id SET DEFAULT nextval('messages_id_seq'::regclass);
CREATE TABLE drafts (id bigint NOT NULL, membership_id bigint NOT NULL, ticket_id bigint NOT NULL, body text, created_at timestamp(6)
  without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT drafts_pkey PRIMARY KEY (id));
CREATE SEQUENCE drafts_id_seq OWNED BY drafts.id;
ALTER TABLE drafts ALTER COLUMN id SET DEFAULT nextval('drafts_id_seq'::regclass);
CREATE TABLE canned_replies (id bigint NOT NULL, account_id bigint NOT NULL, shortcut citext NOT NULL, body text NOT NULL, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT canned_replies_pkey PRIMARY KEY
  (id));
CREATE SEQUENCE canned_replies_id_seq OWNED BY canned_replies.id;
ALTER TABLE canned_replies ALTER COLUMN id SET DEFAULT nextval('canned_replies_id_seq'::regclass);
CREATE TABLE macros (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, actions jsonb NOT NULL, position
  integer, owner_id bigint, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT macros_pkey PRIMARY KEY (id));
CREATE SEQUENCE macros_id_seq OWNED BY macros.id;
ALTER TABLE macros ALTER COLUMN id SET DEFAULT nextval('macros_id_seq'::regclass);
CREATE TABLE automations (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, event character varying NOT NULL,
  conditions jsonb NOT NULL, actions jsonb NOT NULL, active boolean NOT NULL, position integer, created_at timestamp(6) without time zone
  NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT event_known CHECK (event::text = ANY (ARRAY['created'::text,
  'updated'::text])), CONSTRAINT automations_pkey PRIMARY KEY (id));
CREATE SEQUENCE automations_id_seq OWNED BY automations.id;
ALTER TABLE automations ALTER COLUMN id SET DEFAULT nextval('automations_id_seq'::regclass);
CREATE TABLE automation_runs (id bigint NOT NULL, automation_id bigint NOT NULL, ticket_id bigint NOT NULL, ran_at timestamp(6) without time
  zone NOT NULL, log jsonb, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT automation_runs_pkey PRIMARY KEY (id));
CREATE SEQUENCE automation_runs_id_seq OWNED BY automation_runs.id;
ALTER TABLE automation_runs ALTER COLUMN id SET DEFAULT nextval('automation_runs_id_seq'::regclass);
CREATE TABLE slas (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, first_reply interval, resolution
  interval, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT slas_pkey
  PRIMARY KEY (id));
CREATE SEQUENCE slas_id_seq OWNED BY slas.id;
ALTER TABLE slas ALTER COLUMN id SET DEFAULT nextval('slas_id_seq'::regclass);
CREATE TABLE sla_policies (id bigint NOT NULL, sla_id bigint NOT NULL, inbox_id bigint, team_id bigint, position integer, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT sla_policies_pkey PRIMARY KEY
  (id));
CREATE SEQUENCE sla_policies_id_seq OWNED BY sla_policies.id;
ALTER TABLE sla_policies ALTER COLUMN id SET DEFAULT nextval('sla_policies_id_seq'::regclass);
CREATE TABLE ticket_slas (id bigint NOT NULL, ticket_id bigint NOT NULL, sla_id bigint NOT NULL, breached_at timestamp(6) without time zone,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT ticket_slas_pkey
  PRIMARY KEY (id));
CREATE SEQUENCE ticket_slas_id_seq OWNED BY ticket_slas.id;
ALTER TABLE ticket_slas ALTER COLUMN id SET DEFAULT nextval('ticket_slas_id_seq'::regclass);
CREATE TABLE satisfaction_ratings (id bigint NOT NULL, ticket_id bigint NOT NULL, contact_id bigint NOT NULL, score smallint, comment text,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CHECK (score BETWEEN 1 AND 5),
  CONSTRAINT satisfaction_ratings_pkey PRIMARY KEY (id));
CREATE SEQUENCE satisfaction_ratings_id_seq OWNED BY satisfaction_ratings.id;
ALTER TABLE satisfaction_ratings ALTER COLUMN id SET DEFAULT nextval('satisfaction_ratings_id_seq'::regclass);
CREATE TABLE business_hours (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, created_at timestamp(6)
  without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT business_hours_pkey PRIMARY KEY (id));
CREATE SEQUENCE business_hours_id_seq OWNED BY business_hours.id;
ALTER TABLE business_hours ALTER COLUMN id SET DEFAULT nextval('business_hours_id_seq'::regclass);
CREATE TABLE business_hour_periods (id bigint NOT NULL, business_hour_id bigint NOT NULL, day smallint, opens time without time zone, closes
  time without time zone, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CHECK (day
  BETWEEN 0 AND 6), CONSTRAINT business_hour_periods_pkey PRIMARY KEY (id));
CREATE SEQUENCE business_hour_periods_id_seq OWNED BY business_hour_periods.id;
ALTER TABLE business_hour_periods ALTER COLUMN id SET DEFAULT nextval('business_hour_periods_id_seq'::regclass);
CREATE TABLE holidays (id bigint NOT NULL, business_hour_id bigint NOT NULL, day date NOT NULL, name character varying NOT NULL, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT holidays_pkey PRIMARY KEY (id));
CREATE SEQUENCE holidays_id_seq OWNED BY holidays.id;
ALTER TABLE holidays ALTER COLUMN id SET DEFAULT nextval('holidays_id_seq'::regclass);
CREATE TABLE categories (id bigint NOT NULL, account_id bigint NOT NULL, ancestry character varying, parent_id bigint, name character
  varying NOT NULL, slug character varying NOT NULL, position integer, articles_count integer DEFAULT 0 NOT NULL, created_at timestamp(6)
  without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT categories_pkey PRIMARY KEY (id));
CREATE SEQUENCE categories_id_seq OWNED BY categories.id;
ALTER TABLE categories ALTER COLUMN id SET DEFAULT nextval('categories_id_seq'::regclass);
CREATE TABLE articles (id bigint NOT NULL, account_id bigint NOT NULL, category_id bigint, author_id bigint NOT NULL, slug character varying
  NOT NULL, published_at timestamp(6) without time zone, current_revision_id bigint, cover bytea, views_count integer DEFAULT 0 NOT NULL,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT articles_pkey PRIMARY
  KEY (id));
CREATE SEQUENCE articles_id_seq OWNED BY articles.id;
ALTER TABLE articles ALTER COLUMN id SET DEFAULT nextval('articles_id_seq'::regclass);
CREATE TABLE article_revisions (id bigint NOT NULL, article_id bigint NOT NULL, number integer NOT NULL, title character varying NOT NULL,
  body text NOT NULL, editor_id bigint, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT
  NULL, CONSTRAINT article_revisions_pkey PRIMARY KEY (id));
CREATE SEQUENCE article_revisions_id_seq OWNED BY article_revisions.id;
ALTER TABLE article_revisions ALTER COLUMN id SET DEFAULT nextval('article_revisions_id_seq'::regclass);
CREATE TABLE article_translations (id bigint NOT NULL, article_id bigint NOT NULL, locale character(2), title character varying NOT NULL,
  body text, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  article_translations_pkey PRIMARY KEY (id));
CREATE SEQUENCE article_translations_id_seq OWNED BY article_translations.id;
ALTER TABLE article_translations ALTER COLUMN id SET DEFAULT nextval('article_translations_id_seq'::regclass);
CREATE TABLE article_votes (id bigint NOT NULL, article_id bigint NOT NULL, contact_id bigint, ip inet, helpful boolean NOT NULL, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT article_votes_pkey PRIMARY KEY
  (id));
CREATE SEQUENCE article_votes_id_seq OWNED BY article_votes.id;
ALTER TABLE article_votes ALTER COLUMN id SET DEFAULT nextval('article_votes_id_seq'::regclass);
CREATE TABLE related_articles (article_id bigint NOT NULL, related_id bigint NOT NULL, CONSTRAINT related_articles_pkey PRIMARY KEY
  (article_id, related_id));
CREATE TABLE projects (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, key character varying NOT NULL,
  lead_id bigint, color character varying, archived_at timestamp(6) without time zone, tasks_count integer DEFAULT 0 NOT NULL, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT projects_pkey PRIMARY KEY (id));
CREATE SEQUENCE projects_id_seq OWNED BY projects.id;
ALTER TABLE projects ALTER COLUMN id SET DEFAULT nextval('projects_id_seq'::regclass);
CREATE TABLE project_members (id bigint NOT NULL, project_id bigint NOT NULL, membership_id bigint NOT NULL, access integer NOT NULL,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT project_members_pkey
  PRIMARY KEY (id));
CREATE SEQUENCE project_members_id_seq OWNED BY project_members.id;
ALTER TABLE project_members ALTER COLUMN id SET DEFAULT nextval('project_members_id_seq'::regclass);
CREATE TABLE sprints (id bigint NOT NULL, project_id bigint NOT NULL, name character varying NOT NULL, during daterange, goal text,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT sprints_pkey PRIMARY
  KEY (id));
CREATE SEQUENCE sprints_id_seq OWNED BY sprints.id;
ALTER TABLE sprints ALTER COLUMN id SET DEFAULT nextval('sprints_id_seq'::regclass);
CREATE TABLE labels (id bigint NOT NULL, project_id bigint NOT NULL, name character varying NOT NULL, color character varying NOT NULL,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT labels_pkey PRIMARY KEY
  (id));
CREATE SEQUENCE labels_id_seq OWNED BY labels.id;
ALTER TABLE labels ALTER COLUMN id SET DEFAULT nextval('labels_id_seq'::regclass);
CREATE TABLE milestones (id bigint NOT NULL, project_id bigint NOT NULL, title character varying NOT NULL, due_on date, position integer,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT milestones_pkey PRIMARY
  KEY (id));
CREATE SEQUENCE milestones_id_seq OWNED BY milestones.id;
ALTER TABLE milestones ALTER COLUMN id SET DEFAULT nextval('milestones_id_seq'::regclass);
CREATE TABLE tasks (id bigint NOT NULL, project_id bigint NOT NULL, sprint_id bigint, milestone_id bigint, parent_id bigint, assignee_id
  bigint, ticket_id bigint, number integer NOT NULL, title character varying NOT NULL, state character varying NOT NULL, estimate
  numeric(12,2), position integer, completed_at timestamp(6) without time zone, created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT state_known CHECK (state::text = ANY (ARRAY['open'::text, 'doing'::text,
  'done'::text])), CONSTRAINT tasks_pkey PRIMARY KEY (id));
CREATE SEQUENCE tasks_id_seq OWNED BY tasks.id;
ALTER TABLE tasks ALTER COLUMN id SET DEFAULT nextval('tasks_id_seq'::regclass);
CREATE TABLE labels_tasks (label_id bigint NOT NULL, task_id bigint NOT NULL);
CREATE TABLE task_dependencies (task_id bigint NOT NULL, depends_on_id bigint NOT NULL, CONSTRAINT task_dependencies_pkey PRIMARY KEY
  (task_id, depends_on_id));
CREATE TABLE checklists (id bigint NOT NULL, task_id bigint NOT NULL, title character varying NOT NULL, position integer, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT checklists_pkey PRIMARY KEY (id));
CREATE SEQUENCE checklists_id_seq OWNED BY checklists.id;
ALTER TABLE checklists ALTER COLUMN id SET DEFAULT nextval('checklists_id_seq'::regclass);
CREATE TABLE checklist_items (id bigint NOT NULL, checklist_id bigint NOT NULL, title character varying NOT NULL, done boolean NOT NULL,
  position integer, assignee_id bigint, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT
  NULL, CONSTRAINT checklist_items_pkey PRIMARY KEY (id));
CREATE SEQUENCE checklist_items_id_seq OWNED BY checklist_items.id;
ALTER TABLE checklist_items ALTER COLUMN id SET DEFAULT nextval('checklist_items_id_seq'::regclass);
CREATE TABLE time_entries (id bigint NOT NULL, task_id bigint NOT NULL, membership_id bigint NOT NULL, started_at timestamp(6) without time
  zone NOT NULL, minutes integer NOT NULL, billable boolean NOT NULL, invoice_line_id bigint, created_at timestamp(6) without time zone NOT
  NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT chk_rails_minutes CHECK (minutes >= 0), CONSTRAINT time_entries_pkey
  PRIMARY KEY (id));
CREATE SEQUENCE time_entries_id_seq OWNED BY time_entries.id;
ALTER TABLE time_entries ALTER COLUMN id SET DEFAULT nextval('time_entries_id_seq'::regclass);
CREATE TABLE boards (id bigint NOT NULL, project_id bigint NOT NULL, name character varying NOT NULL, created_at timestamp(6) without time
  zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT boards_pkey PRIMARY KEY (id));
CREATE SEQUENCE boards_id_seq OWNED BY boards.id;
ALTER TABLE boards ALTER COLUMN id SET DEFAULT nextval('boards_id_seq'::regclass);
CREATE TABLE board_columns (id bigint NOT NULL, board_id bigint NOT NULL, name character varying NOT NULL, position integer, wip_limit
  integer, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  board_columns_pkey PRIMARY KEY (id));
CREATE SEQUENCE board_columns_id_seq OWNED BY board_columns.id;
ALTER TABLE board_columns ALTER COLUMN id SET DEFAULT nextval('board_columns_id_seq'::regclass);
CREATE TABLE cards (id bigint NOT NULL, board_column_id bigint NOT NULL, task_id bigint NOT NULL, position integer, created_at timestamp(6)
  without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT cards_pkey PRIMARY KEY (id));
CREATE SEQUENCE cards_id_seq OWNED BY cards.id;
ALTER TABLE cards ALTER COLUMN id SET DEFAULT nextval('cards_id_seq'::regclass);
CREATE TABLE comments (id bigint NOT NULL, commentable_type character varying NOT NULL, commentable_id bigint NOT NULL, author_id bigint NOT
  NULL, parent_id bigint, body text NOT NULL, replies_count integer DEFAULT 0 NOT NULL, created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT comments_pkey PRIMARY KEY (id));
CREATE SEQUENCE comments_id_seq OWNED BY comments.id;
ALTER TABLE comments ALTER COLUMN id SET DEFAULT nextval('comments_id_seq'::regclass);
CREATE TABLE reactions (id bigint NOT NULL, reactable_type character varying NOT NULL, reactable_id bigint NOT NULL, membership_id bigint
  NOT NULL, emoji character varying NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone
  NOT NULL, CONSTRAINT reactions_pkey PRIMARY KEY (id));
CREATE SEQUENCE reactions_id_seq OWNED BY reactions.id;
ALTER TABLE reactions ALTER COLUMN id SET DEFAULT nextval('reactions_id_seq'::regclass);
CREATE TABLE mentions (id bigint NOT NULL, mentionable_type character varying NOT NULL, mentionable_id bigint NOT NULL, membership_id bigint
  NOT NULL, read_at timestamp(6) without time zone, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time
  zone NOT NULL, CONSTRAINT mentions_pkey PRIMARY KEY (id));
CREATE SEQUENCE mentions_id_seq OWNED BY mentions.id;
ALTER TABLE mentions ALTER COLUMN id SET DEFAULT nextval('mentions_id_seq'::regclass);
CREATE TABLE subscriptions_to (id bigint NOT NULL, subscribable_type character varying NOT NULL, subscribable_id bigint NOT NULL,
  membership_id bigint NOT NULL, muted boolean NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without
  time zone NOT NULL, CONSTRAINT subscriptions_to_pkey PRIMARY KEY (id));
CREATE SEQUENCE subscriptions_to_id_seq OWNED BY subscriptions_to.id;
ALTER TABLE subscriptions_to ALTER COLUMN id SET DEFAULT nextval('subscriptions_to_id_seq'::regclass);
CREATE TABLE notifications (id bigint NOT NULL, recipient_type character varying NOT NULL, recipient_id bigint NOT NULL, type character
  varying NOT NULL, params jsonb, read_at timestamp(6) without time zone, created_at timestamp(6) without time zone NOT NULL, updated_at
  timestamp(6) without time zone NOT NULL, CONSTRAINT notifications_pkey PRIMARY KEY (id));
CREATE SEQUENCE notifications_id_seq OWNED BY notifications.id;
ALTER TABLE notifications ALTER COLUMN id SET DEFAULT nextval('notifications_id_seq'::regclass);
CREATE TABLE activities (id bigint NOT NULL, account_id bigint NOT NULL, trackable_type character varying NOT NULL, trackable_id bigint NOT
  NULL, actor_type character varying, actor_id bigint, key character varying NOT NULL, parameters jsonb, created_at timestamp(6) without
  time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT activities_pkey PRIMARY KEY (id));
CREATE SEQUENCE activities_id_seq OWNED BY activities.id;
ALTER TABLE activities ALTER COLUMN id SET DEFAULT nextval('activities_id_seq'::regclass);
CREATE TABLE versions (id bigint NOT NULL, item_type character varying NOT NULL, item_id bigint NOT NULL, event character varying NOT NULL,
  whodunnit character varying, object json, object_changes jsonb, created_at timestamp(6) without time zone NOT NULL, updated_at
  timestamp(6) without time zone NOT NULL, CONSTRAINT event_known CHECK (event::text = ANY (ARRAY['create'::text, 'update'::text])),
  CONSTRAINT versions_pkey PRIMARY KEY (id));
CREATE SEQUENCE versions_id_seq OWNED BY versions.id;
ALTER TABLE versions ALTER COLUMN id SET DEFAULT nextval('versions_id_seq'::regclass);
CREATE TABLE active_storage_blobs (id bigint NOT NULL, key character varying NOT NULL, filename character varying NOT NULL, content_type
  character varying, metadata text, byte_size bigint NOT NULL, checksum character varying, created_at timestamp(6) without time zone NOT
  NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT active_storage_blobs_pkey PRIMARY KEY (id));
CREATE SEQUENCE active_storage_blobs_id_seq OWNED BY active_storage_blobs.id;
ALTER TABLE active_storage_blobs ALTER COLUMN id SET DEFAULT nextval('active_storage_blobs_id_seq'::regclass);
CREATE TABLE active_storage_attachments (id bigint NOT NULL, name character varying NOT NULL, record_type character varying NOT NULL,
  record_id bigint NOT NULL, blob_id bigint NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without
  time zone NOT NULL, CONSTRAINT active_storage_attachments_pkey PRIMARY KEY (id));
CREATE SEQUENCE active_storage_attachments_id_seq OWNED BY active_storage_attachments.id;
ALTER TABLE active_storage_attachments ALTER COLUMN id SET DEFAULT nextval('active_storage_attachments_id_seq'::regclass);
CREATE TABLE active_storage_variant_records (id bigint NOT NULL, blob_id bigint NOT NULL, variation_digest character varying NOT NULL,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  active_storage_variant_records_pkey PRIMARY KEY (id));
CREATE SEQUENCE active_storage_variant_records_id_seq OWNED BY active_storage_variant_records.id;
ALTER TABLE active_storage_variant_records ALTER COLUMN id SET DEFAULT nextval('active_storage_variant_records_id_seq'::regclass);
CREATE TABLE action_text_rich_texts (id bigint NOT NULL, name character varying NOT NULL, body text, record_type character varying NOT NULL,
  record_id bigint NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT action_text_rich_texts_pkey PRIMARY KEY (id));
CREATE SEQUENCE action_text_rich_texts_id_seq OWNED BY action_text_rich_texts.id;
ALTER TABLE action_text_rich_texts ALTER COLUMN id SET DEFAULT nextval('action_text_rich_texts_id_seq'::regclass);
CREATE TABLE friendly_id_slugs (id bigint NOT NULL, slug character varying NOT NULL, sluggable_type character varying NOT NULL, sluggable_id
  bigint NOT NULL, scope character varying, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone
  NOT NULL, CONSTRAINT friendly_id_slugs_pkey PRIMARY KEY (id));
CREATE SEQUENCE friendly_id_slugs_id_seq OWNED BY friendly_id_slugs.id;
ALTER TABLE friendly_id_slugs ALTER COLUMN id SET DEFAULT nextval('friendly_id_slugs_id_seq'::regclass);
CREATE TABLE settings (id bigint NOT NULL, var character varying NOT NULL, value text, target_type character varying NOT NULL, target_id
  bigint NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  settings_pkey PRIMARY KEY (id));
CREATE SEQUENCE settings_id_seq OWNED BY settings.id;
ALTER TABLE settings ALTER COLUMN id SET DEFAULT nextval('settings_id_seq'::regclass);
CREATE TABLE webhooks (id bigint NOT NULL, account_id bigint NOT NULL, url character varying NOT NULL, events character varying[] DEFAULT
  '{}', secret bytea, active boolean NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone
  NOT NULL, CONSTRAINT webhooks_pkey PRIMARY KEY (id));
CREATE SEQUENCE webhooks_id_seq OWNED BY webhooks.id;
ALTER TABLE webhooks ALTER COLUMN id SET DEFAULT nextval('webhooks_id_seq'::regclass);
CREATE TABLE webhook_deliveries (id uuid DEFAULT gen_random_uuid() NOT NULL, webhook_id bigint NOT NULL, status smallint, payload jsonb NOT
  NULL, duration interval, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id));
CREATE TABLE integrations (id bigint NOT NULL, account_id bigint NOT NULL, type character varying NOT NULL, credentials jsonb, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT integrations_pkey PRIMARY KEY
  (id));
CREATE SEQUENCE integrations_id_seq OWNED BY integrations.id;
ALTER TABLE integrations ALTER COLUMN id SET DEFAULT nextval('integrations_id_seq'::regclass);
CREATE TABLE integration_mappings (id bigint NOT NULL, integration_id bigint NOT NULL, internal_type character varying NOT NULL, internal_id
  bigint NOT NULL, external_id character varying NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6)
  without time zone NOT NULL, CONSTRAINT integration_mappings_pkey PRIMARY KEY (id));
CREATE SEQUENCE integration_mappings_id_seq OWNED BY integration_mappings.id;
ALTER TABLE integration_mappings ALTER COLUMN id SET DEFAULT nextval('integration_mappings_id_seq'::regclass);
CREATE TABLE oauth_applications (id bigint NOT NULL, account_id bigint, name character varying NOT NULL, uid character varying NOT NULL,
  secret character varying NOT NULL, redirect_uri text NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6)
  without time zone NOT NULL, CONSTRAINT oauth_applications_pkey PRIMARY KEY (id));
CREATE SEQUENCE oauth_applications_id_seq OWNED BY oauth_applications.id;
ALTER TABLE oauth_applications ALTER COLUMN id SET DEFAULT nextval('oauth_applications_id_seq'::regclass);
CREATE TABLE oauth_access_grants (id bigint NOT NULL, application_id bigint NOT NULL, resource_owner_id bigint NOT NULL, token character
  varying NOT NULL, expires_in integer NOT NULL, revoked_at timestamp(6) without time zone, created_at timestamp(6) without time zone NOT
  NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT oauth_access_grants_pkey PRIMARY KEY (id));
CREATE SEQUENCE oauth_access_grants_id_seq OWNED BY oauth_access_grants.id;
ALTER TABLE oauth_access_grants ALTER COLUMN id SET DEFAULT nextval('oauth_access_grants_id_seq'::regclass);
CREATE TABLE oauth_access_tokens (id bigint NOT NULL, application_id bigint, resource_owner_id bigint, token character varying NOT NULL,
  refresh_token character varying, scopes character varying, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6)
  without time zone NOT NULL, CONSTRAINT oauth_access_tokens_pkey PRIMARY KEY (id));
CREATE SEQUENCE oauth_access_tokens_id_seq OWNED BY oauth_access_tokens.id;
ALTER TABLE oauth_access_tokens ALTER COLUMN id SET DEFAULT nextval('oauth_access_tokens_id_seq'::regclass);
CREATE TABLE campaigns (id bigint NOT NULL, account_id bigint NOT NULL, segment_id bigint, name character varying NOT NULL, status
  campaign_status, scheduled_at timestamp(6) without time zone, stats jsonb, created_at timestamp(6) without time zone NOT NULL, updated_at
  timestamp(6) without time zone NOT NULL, CONSTRAINT campaigns_pkey PRIMARY KEY (id));
CREATE SEQUENCE campaigns_id_seq OWNED BY campaigns.id;
ALTER TABLE campaigns ALTER COLUMN id SET DEFAULT nextval('campaigns_id_seq'::regclass);
CREATE TABLE campaign_steps (id bigint NOT NULL, campaign_id bigint NOT NULL, position integer NOT NULL, delay interval, subject character
  varying NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  unique_campaign_steps_positions UNIQUE (campaign_id, position) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT campaign_steps_pkey PRIMARY KEY
  (id));
CREATE SEQUENCE campaign_steps_id_seq OWNED BY campaign_steps.id;
ALTER TABLE campaign_steps ALTER COLUMN id SET DEFAULT nextval('campaign_steps_id_seq'::regclass);
CREATE TABLE campaign_deliveries (id bigint NOT NULL, campaign_step_id bigint NOT NULL, contact_id bigint NOT NULL, sent_at timestamp(6)
  without time zone, opened_at timestamp(6) without time zone, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6)
  without time zone NOT NULL, CONSTRAINT campaign_deliveries_pkey PRIMARY KEY (id));
CREATE SEQUENCE campaign_deliveries_id_seq OWNED BY campaign_deliveries.id;
ALTER TABLE campaign_deliveries ALTER COLUMN id SET DEFAULT nextval('campaign_deliveries_id_seq'::regclass);
CREATE TABLE forms (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, fields jsonb NOT NULL, public_id uuid
  DEFAULT gen_random_uuid() NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT
  NULL, CONSTRAINT forms_pkey PRIMARY KEY (id));
CREATE SEQUENCE forms_id_seq OWNED BY forms.id;
ALTER TABLE forms ALTER COLUMN id SET DEFAULT nextval('forms_id_seq'::regclass);
CREATE TABLE form_submissions (id bigint NOT NULL, form_id bigint NOT NULL, contact_id bigint, answers jsonb NOT NULL, ip inet, cidr cidr,
  submitted_at timestamp(6) without time zone NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without
  time zone NOT NULL, CONSTRAINT form_submissions_pkey PRIMARY KEY (id));
CREATE SEQUENCE form_submissions_id_seq OWNED BY form_submissions.id;
ALTER TABLE form_submissions ALTER COLUMN id SET DEFAULT nextval('form_submissions_id_seq'::regclass);
CREATE TABLE products (id bigint NOT NULL, account_id bigint NOT NULL, sku character varying NOT NULL, name character varying NOT NULL,
  price money, dimensions double precision[], tags character varying[] DEFAULT '{}', created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT products_pkey PRIMARY KEY (id));
CREATE SEQUENCE products_id_seq OWNED BY products.id;
ALTER TABLE products ALTER COLUMN id SET DEFAULT nextval('products_id_seq'::regclass);
CREATE TABLE product_bundles (bundle_id bigint NOT NULL, product_id bigint NOT NULL, quantity integer NOT NULL, CONSTRAINT
  chk_rails_quantity CHECK (quantity >= 0), CONSTRAINT product_bundles_pkey PRIMARY KEY (bundle_id, product_id));
CREATE TABLE price_books (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, currency character(3), active
  boolean NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  price_books_pkey PRIMARY KEY (id));
CREATE SEQUENCE price_books_id_seq OWNED BY price_books.id;
ALTER TABLE price_books ALTER COLUMN id SET DEFAULT nextval('price_books_id_seq'::regclass);
CREATE TABLE price_book_entries (id bigint NOT NULL, price_book_id bigint NOT NULL, product_id bigint NOT NULL, amount numeric(12,2) NOT
  NULL, valid_from date, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  price_book_entries_pkey PRIMARY KEY (id));
CREATE SEQUENCE price_book_entries_id_seq OWNED BY price_book_entries.id;
ALTER TABLE price_book_entries ALTER COLUMN id SET DEFAULT nextval('price_book_entries_id_seq'::regclass);
CREATE TABLE deals (id bigint NOT NULL, account_id bigint NOT NULL, contact_id bigint NOT NULL, stage_id bigint NOT NULL, owner_id bigint,
  title character varying NOT NULL, amount numeric(12,2), expected_on date, probability real, lost_reason text, created_at timestamp(6)
  without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT deals_pkey PRIMARY KEY (id));
CREATE SEQUENCE deals_id_seq OWNED BY deals.id;
ALTER TABLE deals ALTER COLUMN id SET DEFAULT nextval('deals_id_seq'::regclass);
CREATE TABLE deal_stages (id bigint NOT NULL, account_id bigint NOT NULL, name character varying NOT NULL, position integer, created_at
  timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT unique_deal_stages_positions
  UNIQUE (account_id, position) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT deal_stages_pkey PRIMARY KEY (id));
CREATE SEQUENCE deal_stages_id_seq OWNED BY deal_stages.id;
ALTER TABLE deal_stages ALTER COLUMN id SET DEFAULT nextval('deal_stages_id_seq'::regclass);
CREATE TABLE deal_products (id bigint NOT NULL, deal_id bigint NOT NULL, product_id bigint NOT NULL, quantity integer NOT NULL, discount
  numeric(12,2), created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  deal_products_pkey PRIMARY KEY (id));
CREATE SEQUENCE deal_products_id_seq OWNED BY deal_products.id;
ALTER TABLE deal_products ALTER COLUMN id SET DEFAULT nextval('deal_products_id_seq'::regclass);
CREATE TABLE quotes (id bigint NOT NULL, deal_id bigint NOT NULL, number character varying NOT NULL, version integer NOT NULL, supersedes_id
  bigint, pdf bytea, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  quotes_pkey PRIMARY KEY (id));
CREATE SEQUENCE quotes_id_seq OWNED BY quotes.id;
ALTER TABLE quotes ALTER COLUMN id SET DEFAULT nextval('quotes_id_seq'::regclass);
CREATE TABLE quote_lines (id bigint NOT NULL, quote_id bigint NOT NULL, product_id bigint, position integer NOT NULL, text text NOT NULL,
  price numeric(12,2), created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  quote_lines_pkey PRIMARY KEY (id));
CREATE SEQUENCE quote_lines_id_seq OWNED BY quote_lines.id;
ALTER TABLE quote_lines ALTER COLUMN id SET DEFAULT nextval('quote_lines_id_seq'::regclass);
CREATE TABLE calendars (id bigint NOT NULL, membership_id bigint NOT NULL, name character varying NOT NULL, color character varying,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT calendars_pkey PRIMARY
  KEY (id));
CREATE SEQUENCE calendars_id_seq OWNED BY calendars.id;
ALTER TABLE calendars ALTER COLUMN id SET DEFAULT nextval('calendars_id_seq'::regclass);
CREATE TABLE events (id bigint NOT NULL, calendar_id bigint NOT NULL, title character varying NOT NULL, during tstzrange NOT NULL,
  recurrence character varying, parent_id bigint, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time
  zone NOT NULL, CONSTRAINT events_pkey PRIMARY KEY (id));
CREATE SEQUENCE events_id_seq OWNED BY events.id;
ALTER TABLE events ALTER COLUMN id SET DEFAULT nextval('events_id_seq'::regclass);
CREATE TABLE event_attendees (id bigint NOT NULL, event_id bigint NOT NULL, attendee_type character varying NOT NULL, attendee_id bigint NOT
  NULL, status integer NOT NULL, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT event_attendees_pkey PRIMARY KEY (id));
CREATE SEQUENCE event_attendees_id_seq OWNED BY event_attendees.id;
ALTER TABLE event_attendees ALTER COLUMN id SET DEFAULT nextval('event_attendees_id_seq'::regclass);
CREATE TABLE exports (id uuid DEFAULT gen_random_uuid() NOT NULL, account_id bigint NOT NULL, requested_by_id bigint NOT NULL, kind
  character varying NOT NULL, finished_at timestamp(6) without time zone, created_at timestamp(6) without time zone NOT NULL, updated_at
  timestamp(6) without time zone NOT NULL, CONSTRAINT exports_pkey PRIMARY KEY (id));
CREATE TABLE imports (id bigint NOT NULL, account_id bigint NOT NULL, membership_id bigint NOT NULL, file_name character varying NOT NULL,
  rows_count integer DEFAULT 0 NOT NULL, errors_log jsonb, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6)
  without time zone NOT NULL, CONSTRAINT imports_pkey PRIMARY KEY (id));
CREATE SEQUENCE imports_id_seq OWNED BY imports.id;
ALTER TABLE imports ALTER COLUMN id SET DEFAULT nextval('imports_id_seq'::regclass);
CREATE TABLE import_rows (id bigint NOT NULL, import_id bigint NOT NULL, line integer NOT NULL, raw text, record_type character varying,
  record_id bigint, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT
  import_rows_pkey PRIMARY KEY (id));
CREATE SEQUENCE import_rows_id_seq OWNED BY import_rows.id;
ALTER TABLE import_rows ALTER COLUMN id SET DEFAULT nextval('import_rows_id_seq'::regclass);
CREATE TABLE feature_gates (id bigint NOT NULL, feature_key character varying NOT NULL, key character varying NOT NULL, value text,
  created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT feature_gates_pkey
  PRIMARY KEY (id));
CREATE SEQUENCE feature_gates_id_seq OWNED BY feature_gates.id;
ALTER TABLE feature_gates ALTER COLUMN id SET DEFAULT nextval('feature_gates_id_seq'::regclass);
CREATE TABLE delayed_jobs (id bigint NOT NULL, priority integer NOT NULL, attempts integer NOT NULL, handler text NOT NULL, run_at
  timestamp(6) without time zone, locked_by character varying, queue character varying, created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT delayed_jobs_pkey PRIMARY KEY (id));
CREATE SEQUENCE delayed_jobs_id_seq OWNED BY delayed_jobs.id;
ALTER TABLE delayed_jobs ALTER COLUMN id SET DEFAULT nextval('delayed_jobs_id_seq'::regclass);
CREATE TABLE good_jobs (id uuid DEFAULT gen_random_uuid() NOT NULL, queue_name text, serialized_params jsonb, scheduled_at timestamp(6)
  without time zone, concurrency_key text, created_at timestamp(6) without time zone NOT NULL, updated_at timestamp(6) without time zone NOT
  NULL, CONSTRAINT good_jobs_pkey PRIMARY KEY (id));
CREATE TABLE audits (id bigint NOT NULL, auditable_type character varying NOT NULL, auditable_id bigint NOT NULL, user_id bigint, action
  character varying NOT NULL, audited_changes jsonb, remote_address inet, request_uuid character varying, created_at timestamp(6) without
  time zone NOT NULL, updated_at timestamp(6) without time zone NOT NULL, CONSTRAINT audits_pkey PRIMARY KEY (id));
CREATE SEQUENCE audits_id_seq OWNED BY audits.id;
ALTER TABLE audits ALTER COLUMN id SET DEFAULT nextval('audits_id_seq'::regclass);

CREATE INDEX index_accounts_on_plan_id ON accounts (plan_id);
CREATE UNIQUE INDEX unique_accounts_on_subdomain ON accounts (subdomain);
CREATE UNIQUE INDEX unique_accounts_on_lower_custom_domain ON accounts (lower(custom_domain));
CREATE UNIQUE INDEX unique_plans_on_code ON plans (code);
CREATE UNIQUE INDEX unique_users_on_email ON users (email);
CREATE UNIQUE INDEX index_users_partly ON users (reset_password_token) WHERE reset_password_token IS NOT NULL;
CREATE INDEX index_memberships_on_account_id ON memberships (account_id);
CREATE INDEX index_memberships_on_user_id ON memberships (user_id);
CREATE INDEX index_memberships_on_invited_by_id ON memberships (invited_by_id);
CREATE UNIQUE INDEX unique_memberships_on_account_id_user_id ON memberships (account_id, user_id);
CREATE INDEX index_identities_on_user_id ON identities (user_id);
CREATE UNIQUE INDEX unique_identities_on_provider_uid ON identities (provider, uid);
CREATE UNIQUE INDEX unique_sessions_on_session_id ON sessions (session_id);
CREATE INDEX index_api_tokens_on_account_id ON api_tokens (account_id);
CREATE INDEX index_api_tokens_on_membership_id ON api_tokens (membership_id);
CREATE UNIQUE INDEX unique_api_tokens_on_token_digest ON api_tokens (token_digest);
CREATE INDEX index_invitations_on_account_id ON invitations (account_id);
CREATE INDEX index_invitations_on_inviter_id ON invitations (inviter_id);
CREATE UNIQUE INDEX index_invitations_partly ON invitations (account_id, email) WHERE accepted_at IS NULL;
CREATE INDEX index_roles_on_resource ON roles (resource_type, resource_id);
CREATE UNIQUE INDEX unique_roles_on_name_resource_type_resour ON roles (name, resource_type, resource_id);
CREATE INDEX index_users_roles_on_user_id ON users_roles (user_id);
CREATE INDEX index_users_roles_on_role_id ON users_roles (role_id);
CREATE INDEX index_users_roles_on_both ON users_roles (user_id, role_id);
CREATE INDEX index_teams_on_account_id ON teams (account_id);
CREATE INDEX index_teams_on_parent_id ON teams (parent_id);
CREATE UNIQUE INDEX unique_teams_on_account_id_name ON teams (account_id, name);
CREATE INDEX index_teams_memberships_on_team_id ON teams_memberships (team_id);
CREATE INDEX index_teams_memberships_on_membership_id ON teams_memberships (membership_id);
CREATE UNIQUE INDEX unique_teams_memberships_on_team_id_membership_id ON teams_memberships (team_id, membership_id);
CREATE INDEX index_subscriptions_on_account_id ON subscriptions (account_id);
CREATE INDEX index_subscriptions_on_plan_id ON subscriptions (plan_id);
CREATE UNIQUE INDEX index_subscriptions_partly ON subscriptions (account_id) WHERE status<>'canceled';
CREATE INDEX index_subscription_items_on_subscription_id ON subscription_items (subscription_id);
CREATE INDEX index_invoices_on_account_id ON invoices (account_id);
CREATE INDEX index_invoices_on_subscription_id ON invoices (subscription_id);
CREATE INDEX index_invoices_on_original_id ON invoices (original_id);
CREATE UNIQUE INDEX unique_invoices_on_account_id_number ON invoices (account_id, number);
CREATE INDEX index_invoice_lines_on_invoice_id ON invoice_lines (invoice_id);
CREATE INDEX index_invoice_lines_on_subscription_item_id ON invoice_lines (subscription_item_id);
CREATE UNIQUE INDEX unique_invoice_lines_on_invoice_id_position ON invoice_lines (invoice_id, position);
CREATE INDEX index_payments_on_account_id ON payments (account_id);
CREATE INDEX index_payments_on_invoice_id ON payments (invoice_id);
CREATE INDEX index_payments_on_refunded_payment_id ON payments (refunded_payment_id);
CREATE INDEX index_payment_methods_on_account_id ON payment_methods (account_id);
CREATE UNIQUE INDEX index_payment_methods_partly ON payment_methods (account_id) WHERE "default";
CREATE UNIQUE INDEX unique_coupons_on_code ON coupons (code);
CREATE INDEX index_coupon_redemptions_on_coupon_id ON coupon_redemptions (coupon_id);
CREATE INDEX index_coupon_redemptions_on_account_id ON coupon_redemptions (account_id);
CREATE UNIQUE INDEX unique_coupon_redemptions_on_coupon_id_account_id ON coupon_redemptions (coupon_id, account_id);
CREATE INDEX index_contacts_on_account_id ON contacts (account_id);
CREATE INDEX index_contacts_on_company_id ON contacts (company_id);
CREATE INDEX index_contacts_on_owner_id ON contacts (owner_id);
CREATE INDEX index_addresses_on_addressable ON addresses (addressable_type, addressable_id);
CREATE INDEX index_contact_merges_on_account_id ON contact_merges (account_id);
CREATE INDEX index_contact_merges_on_winner_id ON contact_merges (winner_id);
CREATE INDEX index_contact_merges_on_loser_id ON contact_merges (loser_id);
CREATE UNIQUE INDEX unique_contact_merges_on_loser_id ON contact_merges (loser_id);
CREATE INDEX index_companies_contacts_on_company_id ON companies_contacts (company_id);
CREATE INDEX index_companies_contacts_on_contact_id ON companies_contacts (contact_id);
CREATE INDEX index_segments_on_account_id ON segments (account_id);
CREATE INDEX index_contacts_segments_on_contact_id ON contacts_segments (contact_id);
CREATE INDEX index_contacts_segments_on_segment_id ON contacts_segments (segment_id);
CREATE UNIQUE INDEX unique_contacts_segments_on_contact_id_segment_id ON contacts_segments (contact_id, segment_id);
CREATE INDEX index_tags_on_account_id ON tags (account_id);
CREATE INDEX index_tags_on_parent_id ON tags (parent_id);
CREATE UNIQUE INDEX unique_tags_on_account_id_name ON tags (account_id, name);
CREATE INDEX index_taggings_on_tag_id ON taggings (tag_id);
CREATE INDEX index_taggings_on_taggable ON taggings (taggable_type, taggable_id);
CREATE INDEX index_taggings_on_tagger_id ON taggings (tagger_id);
CREATE UNIQUE INDEX unique_taggings_on_tag_id_taggable_type_tagg ON taggings (tag_id, taggable_type, taggable_id, context);
CREATE INDEX index_inboxes_on_account_id ON inboxes (account_id);
CREATE UNIQUE INDEX index_inboxes_partly ON inboxes (forward_to) WHERE forward_to IS NOT NULL;
CREATE INDEX index_inbox_members_on_inbox_id ON inbox_members (inbox_id);
CREATE INDEX index_inbox_members_on_membership_id ON inbox_members (membership_id);
CREATE UNIQUE INDEX unique_inbox_members_on_inbox_id_membership_id ON inbox_members (inbox_id, membership_id);
CREATE INDEX index_tickets_on_account_id ON tickets (account_id);
CREATE INDEX index_tickets_on_inbox_id ON tickets (inbox_id);
CREATE INDEX index_tickets_on_requester_id ON tickets (requester_id);
CREATE INDEX index_tickets_on_assignee_id ON tickets (assignee_id);
CREATE INDEX index_tickets_on_team_id ON tickets (team_id);
CREATE INDEX index_tickets_on_merged_into_id ON tickets (merged_into_id);
CREATE UNIQUE INDEX unique_tickets_on_account_id_number ON tickets (account_id, number);
CREATE INDEX index_ticket_links_on_source_id ON ticket_links (source_id);
CREATE INDEX index_ticket_links_on_target_id ON ticket_links (target_id);
CREATE INDEX index_ticket_watchers_on_ticket_id ON ticket_watchers (ticket_id);
CREATE INDEX index_ticket_watchers_on_membership_id ON ticket_watchers (membership_id);
CREATE UNIQUE INDEX unique_ticket_watchers_on_ticket_id_membership_id ON ticket_watchers (ticket_id, membership_id);
CREATE INDEX index_messages_on_ticket_id ON messages (ticket_id);
CREATE INDEX index_messages_on_author ON messages (author_type, author_id);
CREATE INDEX index_messages_on_in_reply_to_id ON messages (in_reply_to_id);
CREATE UNIQUE INDEX index_messages_partly ON messages (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX index_drafts_on_membership_id ON drafts (membership_id);
CREATE INDEX index_drafts_on_ticket_id ON drafts (ticket_id);
CREATE UNIQUE INDEX unique_drafts_on_membership_id_ticket_id ON drafts (membership_id, ticket_id);
CREATE INDEX index_canned_replies_on_account_id ON canned_replies (account_id);
CREATE UNIQUE INDEX unique_canned_replies_on_account_id_shortcut ON canned_replies (account_id, shortcut);
CREATE INDEX index_macros_on_account_id ON macros (account_id);
CREATE INDEX index_macros_on_owner_id ON macros (owner_id);
CREATE INDEX index_automations_on_account_id ON automations (account_id);
CREATE INDEX index_automation_runs_on_automation_id ON automation_runs (automation_id);
CREATE INDEX index_automation_runs_on_ticket_id ON automation_runs (ticket_id);
CREATE INDEX index_slas_on_account_id ON slas (account_id);
CREATE INDEX index_sla_policies_on_sla_id ON sla_policies (sla_id);
CREATE INDEX index_sla_policies_on_inbox_id ON sla_policies (inbox_id);
CREATE INDEX index_sla_policies_on_team_id ON sla_policies (team_id);
CREATE UNIQUE INDEX unique_sla_policies_on_sla_id_position ON sla_policies (sla_id, position);
CREATE INDEX index_ticket_slas_on_ticket_id ON ticket_slas (ticket_id);
CREATE INDEX index_ticket_slas_on_sla_id ON ticket_slas (sla_id);
CREATE UNIQUE INDEX unique_ticket_slas_on_ticket_id_sla_id ON ticket_slas (ticket_id, sla_id);
CREATE INDEX index_satisfaction_ratings_on_ticket_id ON satisfaction_ratings (ticket_id);
CREATE INDEX index_satisfaction_ratings_on_contact_id ON satisfaction_ratings (contact_id);
CREATE UNIQUE INDEX unique_satisfaction_ratings_on_ticket_id_contact_id ON satisfaction_ratings (ticket_id, contact_id);
CREATE INDEX index_business_hours_on_account_id ON business_hours (account_id);
CREATE INDEX index_business_hour_periods_on_business_hour_id ON business_hour_periods (business_hour_id);
CREATE INDEX index_holidays_on_business_hour_id ON holidays (business_hour_id);
CREATE UNIQUE INDEX unique_holidays_on_business_hour_id_day ON holidays (business_hour_id, day);
CREATE INDEX index_categories_on_account_id ON categories (account_id);
CREATE INDEX index_categories_on_parent_id ON categories (parent_id);
CREATE UNIQUE INDEX unique_categories_on_account_id_slug ON categories (account_id, slug);
CREATE INDEX index_articles_on_account_id ON articles (account_id);
CREATE INDEX index_articles_on_category_id ON articles (category_id);
CREATE INDEX index_articles_on_author_id ON articles (author_id);
CREATE INDEX index_articles_on_current_revision_id ON articles (current_revision_id);
CREATE UNIQUE INDEX unique_articles_on_account_id_slug ON articles (account_id, slug);
CREATE INDEX index_article_revisions_on_article_id ON article_revisions (article_id);
CREATE INDEX index_article_revisions_on_editor_id ON article_revisions (editor_id);
CREATE UNIQUE INDEX unique_article_revisions_on_article_id_number ON article_revisions (article_id, number);
CREATE INDEX index_article_translations_on_article_id ON article_translations (article_id);
CREATE UNIQUE INDEX unique_article_translations_on_article_id_locale ON article_translations (article_id, locale);
CREATE INDEX index_article_votes_on_article_id ON article_votes (article_id);
CREATE INDEX index_article_votes_on_contact_id ON article_votes (contact_id);
CREATE INDEX index_related_articles_on_article_id ON related_articles (article_id);
CREATE INDEX index_related_articles_on_related_id ON related_articles (related_id);
CREATE INDEX index_projects_on_account_id ON projects (account_id);
CREATE INDEX index_projects_on_lead_id ON projects (lead_id);
CREATE UNIQUE INDEX unique_projects_on_account_id_key ON projects (account_id, key);
CREATE INDEX index_project_members_on_project_id ON project_members (project_id);
CREATE INDEX index_project_members_on_membership_id ON project_members (membership_id);
CREATE UNIQUE INDEX unique_project_members_on_project_id_membership_id ON project_members (project_id, membership_id);
CREATE INDEX index_sprints_on_project_id ON sprints (project_id);
CREATE INDEX index_labels_on_project_id ON labels (project_id);
CREATE UNIQUE INDEX unique_labels_on_project_id_name ON labels (project_id, name);
CREATE INDEX index_milestones_on_project_id ON milestones (project_id);
CREATE INDEX index_tasks_on_project_id ON tasks (project_id);
CREATE INDEX index_tasks_on_sprint_id ON tasks (sprint_id);
CREATE INDEX index_tasks_on_milestone_id ON tasks (milestone_id);
CREATE INDEX index_tasks_on_parent_id ON tasks (parent_id);
CREATE INDEX index_tasks_on_assignee_id ON tasks (assignee_id);
CREATE INDEX index_tasks_on_ticket_id ON tasks (ticket_id);
CREATE UNIQUE INDEX unique_tasks_on_project_id_number ON tasks (project_id, number);
CREATE INDEX index_labels_tasks_on_label_id ON labels_tasks (label_id);
CREATE INDEX index_labels_tasks_on_task_id ON labels_tasks (task_id);
CREATE INDEX index_task_dependencies_on_task_id ON task_dependencies (task_id);
CREATE INDEX index_task_dependencies_on_depends_on_id ON task_dependencies (depends_on_id);
CREATE INDEX index_checklists_on_task_id ON checklists (task_id);
CREATE INDEX index_checklist_items_on_checklist_id ON checklist_items (checklist_id);
CREATE INDEX index_checklist_items_on_assignee_id ON checklist_items (assignee_id);
CREATE UNIQUE INDEX unique_checklist_items_on_checklist_id_position ON checklist_items (checklist_id, position);
CREATE INDEX index_time_entries_on_task_id ON time_entries (task_id);
CREATE INDEX index_time_entries_on_membership_id ON time_entries (membership_id);
CREATE INDEX index_time_entries_on_invoice_line_id ON time_entries (invoice_line_id);
CREATE INDEX index_boards_on_project_id ON boards (project_id);
CREATE INDEX index_board_columns_on_board_id ON board_columns (board_id);
CREATE INDEX index_cards_on_board_column_id ON cards (board_column_id);
CREATE INDEX index_cards_on_task_id ON cards (task_id);
CREATE UNIQUE INDEX unique_cards_on_task_id ON cards (task_id);
CREATE INDEX index_comments_on_commentable ON comments (commentable_type, commentable_id);
CREATE INDEX index_comments_on_author_id ON comments (author_id);
CREATE INDEX index_comments_on_parent_id ON comments (parent_id);
CREATE INDEX index_reactions_on_reactable ON reactions (reactable_type, reactable_id);
CREATE INDEX index_reactions_on_membership_id ON reactions (membership_id);
CREATE UNIQUE INDEX unique_reactions_on_reactable_type_reactable_ ON reactions (reactable_type, reactable_id, membership_id, emoji);
CREATE INDEX index_mentions_on_mentionable ON mentions (mentionable_type, mentionable_id);
CREATE INDEX index_mentions_on_membership_id ON mentions (membership_id);
CREATE INDEX index_subscriptions_to_on_subscribable ON subscriptions_to (subscribable_type, subscribable_id);
CREATE INDEX index_subscriptions_to_on_membership_id ON subscriptions_to (membership_id);
CREATE UNIQUE INDEX unique_subscriptions_to_on_subscribable_type_subscri ON subscriptions_to (subscribable_type, subscribable_id, membership_id);
CREATE INDEX index_notifications_on_recipient ON notifications (recipient_type, recipient_id);
CREATE INDEX index_activities_on_account_id ON activities (account_id);
CREATE INDEX index_activities_on_trackable ON activities (trackable_type, trackable_id);
CREATE INDEX index_activities_on_actor ON activities (actor_type, actor_id);
CREATE INDEX index_versions_on_item ON versions (item_type, item_id);
CREATE UNIQUE INDEX unique_active_storage_blobs_on_key ON active_storage_blobs (key);
CREATE INDEX index_active_storage_attachments_on_record ON active_storage_attachments (record_type, record_id);
CREATE INDEX index_active_storage_attachments_on_blob_id ON active_storage_attachments (blob_id);
CREATE UNIQUE INDEX unique_active_storage_attachments_on_record_type_record_id_nam ON active_storage_attachments (record_type, record_id, name, blob_id);
CREATE INDEX index_active_storage_variant_records_on_blob_id ON active_storage_variant_records (blob_id);
CREATE UNIQUE INDEX unique_active_storage_variant_records_on_blob_id_variation_digest ON active_storage_variant_records (blob_id, variation_digest);
CREATE INDEX index_action_text_rich_texts_on_record ON action_text_rich_texts (record_type, record_id);
CREATE UNIQUE INDEX unique_action_text_rich_texts_on_record_type_record_id_nam ON action_text_rich_texts (record_type, record_id, name);
CREATE INDEX index_friendly_id_slugs_on_sluggable ON friendly_id_slugs (sluggable_type, sluggable_id);
CREATE UNIQUE INDEX unique_friendly_id_slugs_on_slug_sluggable_type_scope ON friendly_id_slugs (slug, sluggable_type, scope);
CREATE INDEX index_settings_on_target ON settings (target_type, target_id);
CREATE UNIQUE INDEX unique_settings_on_target_type_target_id_var ON settings (target_type, target_id, var);
CREATE INDEX index_webhooks_on_account_id ON webhooks (account_id);
CREATE INDEX index_webhook_deliveries_on_webhook_id ON webhook_deliveries (webhook_id);
CREATE INDEX index_integrations_on_account_id ON integrations (account_id);
CREATE UNIQUE INDEX unique_integrations_on_account_id_type ON integrations (account_id, type);
CREATE INDEX index_integration_mappings_on_integration_id ON integration_mappings (integration_id);
CREATE INDEX index_integration_mappings_on_internal ON integration_mappings (internal_type, internal_id);
CREATE UNIQUE INDEX unique_integration_mappings_on_integration_id_external_i ON integration_mappings (integration_id, external_id);
CREATE INDEX index_oauth_applications_on_account_id ON oauth_applications (account_id);
CREATE UNIQUE INDEX unique_oauth_applications_on_uid ON oauth_applications (uid);
CREATE INDEX index_oauth_access_grants_on_application_id ON oauth_access_grants (application_id);
CREATE INDEX index_oauth_access_grants_on_resource_owner_id ON oauth_access_grants (resource_owner_id);
CREATE UNIQUE INDEX unique_oauth_access_grants_on_token ON oauth_access_grants (token);
CREATE INDEX index_oauth_access_tokens_on_application_id ON oauth_access_tokens (application_id);
CREATE INDEX index_oauth_access_tokens_on_resource_owner_id ON oauth_access_tokens (resource_owner_id);
CREATE UNIQUE INDEX unique_oauth_access_tokens_on_token ON oauth_access_tokens (token);
CREATE UNIQUE INDEX unique_oauth_access_tokens_on_refresh_token ON oauth_access_tokens (refresh_token);
CREATE INDEX index_campaigns_on_account_id ON campaigns (account_id);
CREATE INDEX index_campaigns_on_segment_id ON campaigns (segment_id);
CREATE INDEX index_campaign_steps_on_campaign_id ON campaign_steps (campaign_id);
CREATE INDEX index_campaign_deliveries_on_campaign_step_id ON campaign_deliveries (campaign_step_id);
CREATE INDEX index_campaign_deliveries_on_contact_id ON campaign_deliveries (contact_id);
CREATE UNIQUE INDEX unique_campaign_deliveries_on_campaign_step_id_contact_ ON campaign_deliveries (campaign_step_id, contact_id);
CREATE INDEX index_forms_on_account_id ON forms (account_id);
CREATE UNIQUE INDEX unique_forms_on_public_id ON forms (public_id);
CREATE INDEX index_form_submissions_on_form_id ON form_submissions (form_id);
CREATE INDEX index_form_submissions_on_contact_id ON form_submissions (contact_id);
CREATE INDEX index_products_on_account_id ON products (account_id);
CREATE UNIQUE INDEX unique_products_on_account_id_lower_sku ON products (account_id, lower(sku));
CREATE INDEX index_product_bundles_on_bundle_id ON product_bundles (bundle_id);
CREATE INDEX index_product_bundles_on_product_id ON product_bundles (product_id);
CREATE INDEX index_price_books_on_account_id ON price_books (account_id);
CREATE UNIQUE INDEX index_price_books_partly ON price_books (account_id) WHERE active;
CREATE INDEX index_price_book_entries_on_price_book_id ON price_book_entries (price_book_id);
CREATE INDEX index_price_book_entries_on_product_id ON price_book_entries (product_id);
CREATE UNIQUE INDEX unique_price_book_entries_on_price_book_id_product_id_ ON price_book_entries (price_book_id, product_id, valid_from);
CREATE INDEX index_deals_on_account_id ON deals (account_id);
CREATE INDEX index_deals_on_contact_id ON deals (contact_id);
CREATE INDEX index_deals_on_stage_id ON deals (stage_id);
CREATE INDEX index_deals_on_owner_id ON deals (owner_id);
CREATE INDEX index_deal_stages_on_account_id ON deal_stages (account_id);
CREATE INDEX index_deal_products_on_deal_id ON deal_products (deal_id);
CREATE INDEX index_deal_products_on_product_id ON deal_products (product_id);
CREATE UNIQUE INDEX unique_deal_products_on_deal_id_product_id ON deal_products (deal_id, product_id);
CREATE INDEX index_quotes_on_deal_id ON quotes (deal_id);
CREATE INDEX index_quotes_on_supersedes_id ON quotes (supersedes_id);
CREATE UNIQUE INDEX unique_quotes_on_number_version ON quotes (number, version);
CREATE INDEX index_quote_lines_on_quote_id ON quote_lines (quote_id);
CREATE INDEX index_quote_lines_on_product_id ON quote_lines (product_id);
CREATE UNIQUE INDEX unique_quote_lines_on_quote_id_position ON quote_lines (quote_id, position);
CREATE INDEX index_calendars_on_membership_id ON calendars (membership_id);
CREATE INDEX index_events_on_calendar_id ON events (calendar_id);
CREATE INDEX index_events_on_parent_id ON events (parent_id);
CREATE INDEX index_event_attendees_on_event_id ON event_attendees (event_id);
CREATE INDEX index_event_attendees_on_attendee ON event_attendees (attendee_type, attendee_id);
CREATE UNIQUE INDEX unique_event_attendees_on_event_id_attendee_type_at ON event_attendees (event_id, attendee_type, attendee_id);
CREATE INDEX index_exports_on_account_id ON exports (account_id);
CREATE INDEX index_exports_on_requested_by_id ON exports (requested_by_id);
CREATE INDEX index_imports_on_account_id ON imports (account_id);
CREATE INDEX index_imports_on_membership_id ON imports (membership_id);
CREATE INDEX index_import_rows_on_import_id ON import_rows (import_id);
CREATE INDEX index_import_rows_on_record ON import_rows (record_type, record_id);
CREATE UNIQUE INDEX unique_import_rows_on_import_id_line ON import_rows (import_id, line);
CREATE UNIQUE INDEX unique_feature_gates_on_feature_key_key_value ON feature_gates (feature_key, key, value);
CREATE INDEX index_audits_on_auditable ON audits (auditable_type, auditable_id);
CREATE INDEX index_audits_on_user_id ON audits (user_id);

ALTER TABLE accounts ADD CONSTRAINT fk_rails_bb5fba6d06 FOREIGN KEY (plan_id) REFERENCES plans(id);
ALTER TABLE memberships ADD CONSTRAINT fk_rails_def8554b74 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE memberships ADD CONSTRAINT fk_rails_cba8857d24 FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE memberships ADD CONSTRAINT fk_rails_072a0c141a FOREIGN KEY (invited_by_id) REFERENCES users(id);
ALTER TABLE identities ADD CONSTRAINT fk_rails_3b1fa238ad FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE api_tokens ADD CONSTRAINT fk_rails_b912609d3e FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE api_tokens ADD CONSTRAINT fk_rails_85f371ad62 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE invitations ADD CONSTRAINT fk_rails_81ac063333 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE invitations ADD CONSTRAINT fk_rails_de275a55c0 FOREIGN KEY (inviter_id) REFERENCES memberships(id);
ALTER TABLE users_roles ADD CONSTRAINT fk_rails_a26fdee36f FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE users_roles ADD CONSTRAINT fk_rails_21a8206cf3 FOREIGN KEY (role_id) REFERENCES roles(id);
ALTER TABLE teams ADD CONSTRAINT fk_rails_04141babe7 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE teams ADD CONSTRAINT fk_rails_976101db51 FOREIGN KEY (parent_id) REFERENCES teams(id);
ALTER TABLE teams_memberships ADD CONSTRAINT fk_rails_cd9a80d3c9 FOREIGN KEY (team_id) REFERENCES teams(id);
ALTER TABLE teams_memberships ADD CONSTRAINT fk_rails_64a5ac3813 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE subscriptions ADD CONSTRAINT fk_rails_4804cb86d7 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE subscriptions ADD CONSTRAINT fk_rails_89becc8ea3 FOREIGN KEY (plan_id) REFERENCES plans(id);
ALTER TABLE subscription_items ADD CONSTRAINT fk_rails_0357c01ecc FOREIGN KEY (subscription_id) REFERENCES subscriptions(id) ON DELETE CASCADE;
ALTER TABLE invoices ADD CONSTRAINT fk_rails_cc2cdd5a97 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE invoices ADD CONSTRAINT fk_rails_0e0edf9f6b FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
ALTER TABLE invoices ADD CONSTRAINT fk_rails_cba9ab9a97 FOREIGN KEY (original_id) REFERENCES invoices(id);
ALTER TABLE invoice_lines ADD CONSTRAINT fk_rails_752e275335 FOREIGN KEY (invoice_id) REFERENCES invoices(id);
ALTER TABLE invoice_lines ADD CONSTRAINT fk_rails_e87c720689 FOREIGN KEY (subscription_item_id) REFERENCES subscription_items(id);
ALTER TABLE payments ADD CONSTRAINT fk_rails_e96fa488c3 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE payments ADD CONSTRAINT fk_rails_f51b23bfa2 FOREIGN KEY (invoice_id) REFERENCES invoices(id);
ALTER TABLE payments ADD CONSTRAINT fk_rails_8abbac9e6b FOREIGN KEY (refunded_payment_id) REFERENCES payments(id);
ALTER TABLE payment_methods ADD CONSTRAINT fk_rails_5c9d1ee5a1 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE coupon_redemptions ADD CONSTRAINT fk_rails_3c7db5b1b1 FOREIGN KEY (coupon_id) REFERENCES coupons(id) ON DELETE CASCADE;
ALTER TABLE coupon_redemptions ADD CONSTRAINT fk_rails_dc6ed2926f FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE contacts ADD CONSTRAINT fk_rails_fbeb9a41c5 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE contacts ADD CONSTRAINT fk_rails_d6af68a804 FOREIGN KEY (company_id) REFERENCES contacts(id);
ALTER TABLE contacts ADD CONSTRAINT fk_rails_3e999f4b1b FOREIGN KEY (owner_id) REFERENCES memberships(id);
ALTER TABLE contact_merges ADD CONSTRAINT fk_rails_2395b6d894 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE contact_merges ADD CONSTRAINT fk_rails_a64d4bb4d0 FOREIGN KEY (winner_id) REFERENCES contacts(id) ON DELETE CASCADE;
ALTER TABLE contact_merges ADD CONSTRAINT fk_rails_e1b68dfc0d FOREIGN KEY (loser_id) REFERENCES contacts(id);
ALTER TABLE companies_contacts ADD CONSTRAINT fk_rails_c71e514428 FOREIGN KEY (company_id) REFERENCES contacts(id);
ALTER TABLE companies_contacts ADD CONSTRAINT fk_rails_0323b56e1a FOREIGN KEY (contact_id) REFERENCES contacts(id);
ALTER TABLE segments ADD CONSTRAINT fk_rails_b0ecf0e229 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE contacts_segments ADD CONSTRAINT fk_rails_3308c17dc2 FOREIGN KEY (contact_id) REFERENCES contacts(id);
ALTER TABLE contacts_segments ADD CONSTRAINT fk_rails_37c4bfb7ae FOREIGN KEY (segment_id) REFERENCES segments(id);
ALTER TABLE tags ADD CONSTRAINT fk_rails_7aeb291c4a FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE tags ADD CONSTRAINT fk_rails_8e493a03ff FOREIGN KEY (parent_id) REFERENCES tags(id);
ALTER TABLE taggings ADD CONSTRAINT fk_rails_db2a617033 FOREIGN KEY (tag_id) REFERENCES tags(id) ON DELETE CASCADE;
ALTER TABLE taggings ADD CONSTRAINT fk_rails_78457d9717 FOREIGN KEY (tagger_id) REFERENCES memberships(id);
ALTER TABLE inboxes ADD CONSTRAINT fk_rails_54fb36625b FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE inbox_members ADD CONSTRAINT fk_rails_6f9424275d FOREIGN KEY (inbox_id) REFERENCES inboxes(id);
ALTER TABLE inbox_members ADD CONSTRAINT fk_rails_c614e156e5 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE tickets ADD CONSTRAINT fk_rails_174d35c5c1 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE tickets ADD CONSTRAINT fk_rails_100dd14c48 FOREIGN KEY (inbox_id) REFERENCES inboxes(id);
ALTER TABLE tickets ADD CONSTRAINT fk_rails_6eb7b44d47 FOREIGN KEY (requester_id) REFERENCES contacts(id) ON DELETE CASCADE;
ALTER TABLE tickets ADD CONSTRAINT fk_rails_20abb8ce06 FOREIGN KEY (assignee_id) REFERENCES memberships(id);
ALTER TABLE tickets ADD CONSTRAINT fk_rails_3f4a03e238 FOREIGN KEY (team_id) REFERENCES teams(id);
ALTER TABLE tickets ADD CONSTRAINT fk_rails_bc54227006 FOREIGN KEY (merged_into_id) REFERENCES tickets(id);
ALTER TABLE ticket_links ADD CONSTRAINT fk_rails_d26f4d5b6c FOREIGN KEY (source_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE ticket_links ADD CONSTRAINT fk_rails_ab8e5e5500 FOREIGN KEY (target_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE ticket_watchers ADD CONSTRAINT fk_rails_d5a6504dec FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE ticket_watchers ADD CONSTRAINT fk_rails_1ee43dc889 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE messages ADD CONSTRAINT fk_rails_18de776f87 FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE messages ADD CONSTRAINT fk_rails_e0fbba30a7 FOREIGN KEY (in_reply_to_id) REFERENCES messages(id);
ALTER TABLE drafts ADD CONSTRAINT fk_rails_4ccfe9d4f9 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE drafts ADD CONSTRAINT fk_rails_9c93821c9f FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE canned_replies ADD CONSTRAINT fk_rails_556fbfbab0 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE macros ADD CONSTRAINT fk_rails_c2ac907588 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE macros ADD CONSTRAINT fk_rails_fe0a1978db FOREIGN KEY (owner_id) REFERENCES memberships(id);
ALTER TABLE automations ADD CONSTRAINT fk_rails_6e323cc852 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE automation_runs ADD CONSTRAINT fk_rails_3202a16282 FOREIGN KEY (automation_id) REFERENCES automations(id);
ALTER TABLE automation_runs ADD CONSTRAINT fk_rails_6d299e1939 FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE slas ADD CONSTRAINT fk_rails_94abf0bbdc FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE sla_policies ADD CONSTRAINT fk_rails_b4606c8bd3 FOREIGN KEY (sla_id) REFERENCES slas(id) ON DELETE CASCADE;
ALTER TABLE sla_policies ADD CONSTRAINT fk_rails_7f6e7df5c7 FOREIGN KEY (inbox_id) REFERENCES inboxes(id);
ALTER TABLE sla_policies ADD CONSTRAINT fk_rails_1273d53838 FOREIGN KEY (team_id) REFERENCES teams(id);
ALTER TABLE ticket_slas ADD CONSTRAINT fk_rails_668a5a9f9b FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE ticket_slas ADD CONSTRAINT fk_rails_edbaa22235 FOREIGN KEY (sla_id) REFERENCES slas(id) ON DELETE CASCADE;
ALTER TABLE satisfaction_ratings ADD CONSTRAINT fk_rails_e77bb077af FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE;
ALTER TABLE satisfaction_ratings ADD CONSTRAINT fk_rails_176221142f FOREIGN KEY (contact_id) REFERENCES contacts(id);
ALTER TABLE business_hours ADD CONSTRAINT fk_rails_c842fd9a13 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE business_hour_periods ADD CONSTRAINT fk_rails_256117559d FOREIGN KEY (business_hour_id) REFERENCES business_hours(id);
ALTER TABLE holidays ADD CONSTRAINT fk_rails_306fdd85a6 FOREIGN KEY (business_hour_id) REFERENCES business_hours(id);
ALTER TABLE categories ADD CONSTRAINT fk_rails_d3089639ec FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE categories ADD CONSTRAINT fk_rails_2ceec7d3bc FOREIGN KEY (parent_id) REFERENCES categories(id);
ALTER TABLE articles ADD CONSTRAINT fk_rails_58af9f1c91 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE articles ADD CONSTRAINT fk_rails_b613b31182 FOREIGN KEY (category_id) REFERENCES categories(id);
ALTER TABLE articles ADD CONSTRAINT fk_rails_0b7b777bb0 FOREIGN KEY (author_id) REFERENCES memberships(id) ON DELETE CASCADE;
ALTER TABLE articles ADD CONSTRAINT fk_rails_613134e208 FOREIGN KEY (current_revision_id) REFERENCES article_revisions(id);
ALTER TABLE article_revisions ADD CONSTRAINT fk_rails_0a5988b549 FOREIGN KEY (article_id) REFERENCES articles(id);
ALTER TABLE article_revisions ADD CONSTRAINT fk_rails_8021e1378e FOREIGN KEY (editor_id) REFERENCES memberships(id);
ALTER TABLE article_translations ADD CONSTRAINT fk_rails_6add31c175 FOREIGN KEY (article_id) REFERENCES articles(id);
ALTER TABLE article_votes ADD CONSTRAINT fk_rails_6409dcc8ed FOREIGN KEY (article_id) REFERENCES articles(id);
ALTER TABLE article_votes ADD CONSTRAINT fk_rails_8b0a9a8dcf FOREIGN KEY (contact_id) REFERENCES contacts(id);
ALTER TABLE related_articles ADD CONSTRAINT fk_rails_b36fda431e FOREIGN KEY (article_id) REFERENCES articles(id);
ALTER TABLE related_articles ADD CONSTRAINT fk_rails_b4662be336 FOREIGN KEY (related_id) REFERENCES articles(id);
ALTER TABLE projects ADD CONSTRAINT fk_rails_6290563b0b FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE projects ADD CONSTRAINT fk_rails_5c7512c3a2 FOREIGN KEY (lead_id) REFERENCES memberships(id);
ALTER TABLE project_members ADD CONSTRAINT fk_rails_4df74e9403 FOREIGN KEY (project_id) REFERENCES projects(id);
ALTER TABLE project_members ADD CONSTRAINT fk_rails_a566ff401d FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE sprints ADD CONSTRAINT fk_rails_486e2980cb FOREIGN KEY (project_id) REFERENCES projects(id);
ALTER TABLE labels ADD CONSTRAINT fk_rails_cfae3b0ccd FOREIGN KEY (project_id) REFERENCES projects(id);
ALTER TABLE milestones ADD CONSTRAINT fk_rails_cd72a4f5d5 FOREIGN KEY (project_id) REFERENCES projects(id);
ALTER TABLE tasks ADD CONSTRAINT fk_rails_99a4540488 FOREIGN KEY (project_id) REFERENCES projects(id);
ALTER TABLE tasks ADD CONSTRAINT fk_rails_8f2fe7ee2a FOREIGN KEY (sprint_id) REFERENCES sprints(id);
ALTER TABLE tasks ADD CONSTRAINT fk_rails_d78f410a42 FOREIGN KEY (milestone_id) REFERENCES milestones(id);
ALTER TABLE tasks ADD CONSTRAINT fk_rails_b8a936f1e3 FOREIGN KEY (parent_id) REFERENCES tasks(id);
ALTER TABLE tasks ADD CONSTRAINT fk_rails_3d41347390 FOREIGN KEY (assignee_id) REFERENCES memberships(id);
ALTER TABLE tasks ADD CONSTRAINT fk_rails_964755b671 FOREIGN KEY (ticket_id) REFERENCES tickets(id);
ALTER TABLE labels_tasks ADD CONSTRAINT fk_rails_3d9539996d FOREIGN KEY (label_id) REFERENCES labels(id);
ALTER TABLE labels_tasks ADD CONSTRAINT fk_rails_a46c98e16e FOREIGN KEY (task_id) REFERENCES tasks(id);
ALTER TABLE task_dependencies ADD CONSTRAINT fk_rails_a02a2a52a8 FOREIGN KEY (task_id) REFERENCES tasks(id);
ALTER TABLE task_dependencies ADD CONSTRAINT fk_rails_587537e1fc FOREIGN KEY (depends_on_id) REFERENCES tasks(id);
ALTER TABLE checklists ADD CONSTRAINT fk_rails_9317c9eefe FOREIGN KEY (task_id) REFERENCES tasks(id);
ALTER TABLE checklist_items ADD CONSTRAINT fk_rails_f172fdab72 FOREIGN KEY (checklist_id) REFERENCES checklists(id) ON DELETE CASCADE;
ALTER TABLE checklist_items ADD CONSTRAINT fk_rails_9dfa8ba9ef FOREIGN KEY (assignee_id) REFERENCES memberships(id);
ALTER TABLE time_entries ADD CONSTRAINT fk_rails_297a627232 FOREIGN KEY (task_id) REFERENCES tasks(id);
ALTER TABLE time_entries ADD CONSTRAINT fk_rails_70e51126da FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE time_entries ADD CONSTRAINT fk_rails_e16cc359b9 FOREIGN KEY (invoice_line_id) REFERENCES invoice_lines(id);
ALTER TABLE boards ADD CONSTRAINT fk_rails_dac5297ca5 FOREIGN KEY (project_id) REFERENCES projects(id);
ALTER TABLE board_columns ADD CONSTRAINT fk_rails_47399eec2b FOREIGN KEY (board_id) REFERENCES boards(id);
ALTER TABLE cards ADD CONSTRAINT fk_rails_b18783ba6a FOREIGN KEY (board_column_id) REFERENCES board_columns(id) ON DELETE CASCADE;
ALTER TABLE cards ADD CONSTRAINT fk_rails_d0768c4138 FOREIGN KEY (task_id) REFERENCES tasks(id);
ALTER TABLE comments ADD CONSTRAINT fk_rails_8ae0dc60ad FOREIGN KEY (author_id) REFERENCES memberships(id) ON DELETE CASCADE;
ALTER TABLE comments ADD CONSTRAINT fk_rails_fc30357319 FOREIGN KEY (parent_id) REFERENCES comments(id);
ALTER TABLE reactions ADD CONSTRAINT fk_rails_3b743ec06c FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE mentions ADD CONSTRAINT fk_rails_50fd0a12dd FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE subscriptions_to ADD CONSTRAINT fk_rails_a63df85c85 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE activities ADD CONSTRAINT fk_rails_ae9e711b89 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE active_storage_attachments ADD CONSTRAINT fk_rails_412f5af407 FOREIGN KEY (blob_id) REFERENCES active_storage_blobs(id);
ALTER TABLE active_storage_variant_records ADD CONSTRAINT fk_rails_58d6e85b61 FOREIGN KEY (blob_id) REFERENCES active_storage_blobs(id);
ALTER TABLE webhooks ADD CONSTRAINT fk_rails_4f6d5d87c5 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE webhook_deliveries ADD CONSTRAINT fk_rails_077e375316 FOREIGN KEY (webhook_id) REFERENCES webhooks(id);
ALTER TABLE integrations ADD CONSTRAINT fk_rails_30eee14d21 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE integration_mappings ADD CONSTRAINT fk_rails_f885404ab9 FOREIGN KEY (integration_id) REFERENCES integrations(id);
ALTER TABLE oauth_applications ADD CONSTRAINT fk_rails_33c766a92f FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE oauth_access_grants ADD CONSTRAINT fk_rails_8f17ef8d34 FOREIGN KEY (application_id) REFERENCES oauth_applications(id);
ALTER TABLE oauth_access_grants ADD CONSTRAINT fk_rails_413d3031fb FOREIGN KEY (resource_owner_id) REFERENCES users(id);
ALTER TABLE oauth_access_tokens ADD CONSTRAINT fk_rails_5fef0cec3c FOREIGN KEY (application_id) REFERENCES oauth_applications(id);
ALTER TABLE oauth_access_tokens ADD CONSTRAINT fk_rails_f8002aaa2d FOREIGN KEY (resource_owner_id) REFERENCES users(id);
ALTER TABLE campaigns ADD CONSTRAINT fk_rails_e12cb2ccdb FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE campaigns ADD CONSTRAINT fk_rails_3908ea35b4 FOREIGN KEY (segment_id) REFERENCES segments(id);
ALTER TABLE campaign_steps ADD CONSTRAINT fk_rails_c0f543e0c1 FOREIGN KEY (campaign_id) REFERENCES campaigns(id);
ALTER TABLE campaign_deliveries ADD CONSTRAINT fk_rails_217646b747 FOREIGN KEY (campaign_step_id) REFERENCES campaign_steps(id);
ALTER TABLE campaign_deliveries ADD CONSTRAINT fk_rails_1796c5b4d4 FOREIGN KEY (contact_id) REFERENCES contacts(id);
ALTER TABLE forms ADD CONSTRAINT fk_rails_846f15e7c5 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE form_submissions ADD CONSTRAINT fk_rails_e80b402905 FOREIGN KEY (form_id) REFERENCES forms(id);
ALTER TABLE form_submissions ADD CONSTRAINT fk_rails_24d19ad726 FOREIGN KEY (contact_id) REFERENCES contacts(id);
ALTER TABLE products ADD CONSTRAINT fk_rails_d988406a08 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE product_bundles ADD CONSTRAINT fk_rails_9cc4fdd7d3 FOREIGN KEY (bundle_id) REFERENCES products(id) ON DELETE CASCADE;
ALTER TABLE product_bundles ADD CONSTRAINT fk_rails_d075f27941 FOREIGN KEY (product_id) REFERENCES products(id);
ALTER TABLE price_books ADD CONSTRAINT fk_rails_60f0064f1d FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE price_book_entries ADD CONSTRAINT fk_rails_a3fd11c514 FOREIGN KEY (price_book_id) REFERENCES price_books(id);
ALTER TABLE price_book_entries ADD CONSTRAINT fk_rails_479a898ca2 FOREIGN KEY (product_id) REFERENCES products(id);
ALTER TABLE deals ADD CONSTRAINT fk_rails_94acef1657 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE deals ADD CONSTRAINT fk_rails_8f86068ca5 FOREIGN KEY (contact_id) REFERENCES contacts(id);
ALTER TABLE deals ADD CONSTRAINT fk_rails_e8d38c6356 FOREIGN KEY (stage_id) REFERENCES deal_stages(id);
ALTER TABLE deals ADD CONSTRAINT fk_rails_6c1070b336 FOREIGN KEY (owner_id) REFERENCES memberships(id);
ALTER TABLE deal_stages ADD CONSTRAINT fk_rails_358431a3c0 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE deal_products ADD CONSTRAINT fk_rails_f25ff109b0 FOREIGN KEY (deal_id) REFERENCES deals(id);
ALTER TABLE deal_products ADD CONSTRAINT fk_rails_af9d791f43 FOREIGN KEY (product_id) REFERENCES products(id);
ALTER TABLE quotes ADD CONSTRAINT fk_rails_ee61a39a66 FOREIGN KEY (deal_id) REFERENCES deals(id);
ALTER TABLE quotes ADD CONSTRAINT fk_rails_d4067cb96d FOREIGN KEY (supersedes_id) REFERENCES quotes(id);
ALTER TABLE quote_lines ADD CONSTRAINT fk_rails_aadcbef8d7 FOREIGN KEY (quote_id) REFERENCES quotes(id);
ALTER TABLE quote_lines ADD CONSTRAINT fk_rails_732bff429b FOREIGN KEY (product_id) REFERENCES products(id);
ALTER TABLE calendars ADD CONSTRAINT fk_rails_ec5cb63c01 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE events ADD CONSTRAINT fk_rails_26b1fa66ed FOREIGN KEY (calendar_id) REFERENCES calendars(id);
ALTER TABLE events ADD CONSTRAINT fk_rails_f0768a3269 FOREIGN KEY (parent_id) REFERENCES events(id);
ALTER TABLE event_attendees ADD CONSTRAINT fk_rails_cd9c973fa7 FOREIGN KEY (event_id) REFERENCES events(id);
ALTER TABLE exports ADD CONSTRAINT fk_rails_390619e2b7 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE exports ADD CONSTRAINT fk_rails_426264180a FOREIGN KEY (requested_by_id) REFERENCES memberships(id) ON DELETE CASCADE;
ALTER TABLE imports ADD CONSTRAINT fk_rails_3f73a43871 FOREIGN KEY (account_id) REFERENCES accounts(id);
ALTER TABLE imports ADD CONSTRAINT fk_rails_dee3415da6 FOREIGN KEY (membership_id) REFERENCES memberships(id);
ALTER TABLE import_rows ADD CONSTRAINT fk_rails_21ff4c4c00 FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE;
ALTER TABLE audits ADD CONSTRAINT fk_rails_f8ec4f7603 FOREIGN KEY (user_id) REFERENCES users(id);

COMMENT ON COLUMN roles.resource_id IS 'kinds of resource_type: Project=projects, Account=accounts';
COMMENT ON COLUMN invoices.type IS 'values: Invoice, CreditNote';
COMMENT ON COLUMN payment_methods.type IS 'values: Card, BankAccount';
COMMENT ON COLUMN contacts.type IS 'values: Person, Organization';
COMMENT ON COLUMN addresses.addressable_id IS 'kinds of addressable_type: Contact=contacts, Account=accounts';
COMMENT ON COLUMN taggings.taggable_id IS 'kinds of taggable_type: Ticket=tickets, Contact=contacts, Article=articles';
COMMENT ON COLUMN inboxes.type IS 'values: EmailInbox, ChatInbox, ApiInbox';
COMMENT ON COLUMN messages.author_id IS 'kinds of author_type: Membership=memberships, Contact=contacts';
COMMENT ON COLUMN comments.commentable_id IS 'kinds of commentable_type: Task=tasks, Ticket=tickets, Article=articles';
COMMENT ON COLUMN reactions.reactable_id IS 'kinds of reactable_type: Comment=comments, Message=messages';
COMMENT ON COLUMN mentions.mentionable_id IS 'kinds of mentionable_type: Comment=comments, Message=messages';
COMMENT ON COLUMN subscriptions_to.subscribable_id IS 'kinds of subscribable_type: Task=tasks, Ticket=tickets, Project=projects';
COMMENT ON COLUMN notifications.recipient_id IS 'kinds of recipient_type: Membership=memberships, Contact=contacts';
COMMENT ON COLUMN notifications.type IS 'values: TicketNotification, CommentNotification';
COMMENT ON COLUMN activities.trackable_id IS 'kinds of trackable_type: Task=tasks, Ticket=tickets';
COMMENT ON COLUMN activities.actor_id IS 'kinds of actor_type: Membership=memberships, Contact=contacts';
COMMENT ON COLUMN versions.item_id IS 'kinds of item_type: Ticket=tickets, Task=tasks, Contact=contacts';
COMMENT ON COLUMN active_storage_attachments.record_id IS 'kinds of record_type: Message=messages, Article=articles, Contact=contacts';
COMMENT ON COLUMN action_text_rich_texts.record_id IS 'kinds of record_type: Task=tasks, Article=articles';
COMMENT ON COLUMN friendly_id_slugs.sluggable_id IS 'kinds of sluggable_type: Article=articles, Project=projects';
COMMENT ON COLUMN settings.target_id IS 'kinds of target_type: Account=accounts, Membership=memberships';
COMMENT ON COLUMN integrations.type IS 'values: SlackIntegration, GithubIntegration';
COMMENT ON COLUMN integration_mappings.internal_id IS 'kinds of internal_type: Ticket=tickets, Task=tasks';
COMMENT ON COLUMN event_attendees.attendee_id IS 'kinds of attendee_type: Contact=contacts, Membership=memberships';
COMMENT ON COLUMN import_rows.record_id IS 'kinds of record_type: Contact=contacts, Product=products';
COMMENT ON COLUMN audits.auditable_id IS 'kinds of auditable_type: Account=accounts, Invoice=invoices';

INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240214101500'), ('20240229120000');
INSERT INTO ar_internal_metadata VALUES ('environment', 'production', '2024-01-01', '2024-01-01');
