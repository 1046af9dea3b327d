#pragma once
#include <stddef.h>
#include <stdint.h>

// The list that Scripts/password-list makes, compiled in. Read by the byte, so that no pointer leaves C.
size_t signet_password_list_count(void);
uint8_t signet_password_list_byte(size_t index);
