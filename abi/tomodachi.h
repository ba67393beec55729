/*
 * Everything a service needs: include this and define one TOMO_SERVICE().
 */
#ifndef TOMODACHI_H
#define TOMODACHI_H

#include <tomodachi/abi.h>
#include <tomodachi/call.h>
#include <tomodachi/http.h>
#include <tomodachi/http_client.h>
#include <tomodachi/http_cookie.h>
#include <tomodachi/http_form.h>
#include <tomodachi/http_send.h>
#include <tomodachi/log.h>
#include <tomodachi/schedule.h>
#include <tomodachi/task.h>
#include <tomodachi/websocket.h>

#endif
