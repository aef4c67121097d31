/**
 * Who may use the front doors, and how much: API keys, their scopes, and quotas of producers. Knows
 * the topic of keys, and nothing of what is uploaded.
 */
package io.pairstream.ingest.keys;
