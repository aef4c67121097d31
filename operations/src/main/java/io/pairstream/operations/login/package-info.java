/**
 * Who uses the operators' service: keys with scopes for programs, sessions for people at the page.
 */
package io.pairstream.operations.login;
