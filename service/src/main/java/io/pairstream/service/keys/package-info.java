/** API keys and their scopes: made, revoked, and asked for. Knows nothing of what they open. */
package io.pairstream.service.keys;
