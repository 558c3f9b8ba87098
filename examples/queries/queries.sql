-- name: TenantBySubdomain :one
SELECT * FROM tenants WHERE subdomain = $1;

-- name: OrdersInState :many
SELECT id, total FROM orders WHERE status = ANY (sqlc.arg(states)::text[]) AND total >= sqlc.arg(least)::numeric;
